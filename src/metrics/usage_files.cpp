// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/usage_files.hpp"

#include <array>
#include <cstdio>
#include <string_view>
#include <utility>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace reeve::detail {
namespace {

/// Of the descriptors that are allowed, the rest is the application's.
constexpr std::size_t kept_share = 8;

std::size_t most_kept() noexcept {
  rlimit allowed{};
  return ::getrlimit(RLIMIT_NOFILE, &allowed) == 0 ? allowed.rlim_cur / kept_share : 0;
}

unique_fd open_stat(pid_t pid) noexcept {
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
  return above_standard_streams(unique_fd{::open(path.data(), O_RDONLY | O_CLOEXEC)});
}

std::optional<process_usage> read_usage(unique_fd const& stat,
                                        std::chrono::steady_clock::time_point known_at) noexcept {
  std::array<char, 1024> buffer;
  auto const size = ::pread(stat.get(), buffer.data(), buffer.size(), 0);
  if (size <= 0) return std::nullopt;
  return parse_process_usage({buffer.data(), static_cast<std::size_t>(size)}, known_at);
}

}  // namespace

std::optional<process_usage> usage_files::read(pid_t pid, std::chrono::steady_clock::time_point known_at) {
  if (auto const known = open_.find(pid); known != open_.end()) {
    if (auto const usage = read_usage(known->second.fd, known_at)) {
      known->second.read_in = round_;
      return usage;
    }
    open_.erase(known);  // its process has gone; the number may be another worker's by now
  }
  auto stat = open_stat(pid);
  if (!stat) return std::nullopt;
  auto const usage = read_usage(stat, known_at);
  if (usage && open_.size() < most_kept()) open_.emplace(pid, file{.fd = std::move(stat), .read_in = round_});
  return usage;
}

void usage_files::close_unread() {
  std::erase_if(open_, [this](auto const& entry) { return entry.second.read_in != round_; });
  ++round_;
}

}  // namespace reeve::detail
