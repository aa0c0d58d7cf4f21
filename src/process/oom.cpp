// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/oom.hpp"

#include "core/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace reeve {
namespace {

/// As many kills as are remembered: most victims are nobody's child here and are never asked about.
constexpr std::size_t most_victims = 64;

/// And for so long: another process may get a victim's number.
constexpr auto remembered_for = std::chrono::minutes{1};

using clock = std::chrono::steady_clock;

/// The kernel's log as it is watched, or -1, and whether victims are remembered.
std::atomic<int> watched_log{-1};
std::atomic<bool> victims_known{false};

bool in_first_pid_namespace() {
  std::array<char, 64> link{};
  auto const size = ::readlink("/proc/self/ns/pid", link.data(), link.size());
  // The kernel's fixed number of its first PID namespace.
  return size > 0 && std::string_view{link.data(), static_cast<std::size_t>(size)} == "pid:[4026531836]";
}

class oom_watch {
 public:
  oom_watch() {
    if (!in_first_pid_namespace()) return;
    log_ = unique_fd{::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (!log_) return;
    ::lseek(log_.get(), 0, SEEK_END);
    watched_log = log_.get();
  }

  bool take(pid_t pid) {
    if (!log_) return false;
    read_log();
    while (!victims_.empty() && clock::now() - victims_.front().noted > remembered_for) victims_.pop_front();
    auto const found = std::ranges::find(victims_, pid, &victim::pid);
    bool const known = found != victims_.end();
    if (known) victims_.erase(found);
    victims_known = !victims_.empty();
    return known;
  }

 private:
  struct victim {
    pid_t pid;
    clock::time_point noted;
  };

  // What was written since the last time. A few microseconds each record, and no more than the kernel's buffer
  // holds; the counter in /proc/vmstat costs more than that where there is none.
  void read_log() {
    std::array<char, 8192> record;  // the kernel's own limit
    for (;;) {
      auto const size = ::read(log_.get(), record.data(), record.size());
      if (size > 0) {
        note({record.data(), static_cast<std::size_t>(size)});
      } else if (size == 0 || (errno != EINTR && errno != EPIPE)) {
        return;  // EPIPE: records were overwritten unread; the next read goes on behind them
      }
    }
  }

  void note(std::string_view record) {
    auto const pid = oom_victim(record);
    if (!pid) return;
    if (victims_.size() == most_victims) victims_.pop_front();
    victims_.push_back({*pid, clock::now()});
  }

  unique_fd log_;
  std::deque<victim> victims_;
};

/// The launch thread's own.
std::unique_ptr<oom_watch>& watch() {
  static auto& instance = *new std::unique_ptr<oom_watch>;
  return instance;
}

}  // namespace

// "3,1234,567890,-;Memory cgroup out of memory: Killed process 812 (name) total-vm:..."
std::optional<pid_t> oom_victim(std::string_view record) {
  // The priority's facility, its bits from 3 up, is 0 for the kernel alone: nobody else can forge it.
  unsigned priority = 0;
  auto const parsed = std::from_chars(record.data(), record.data() + record.size(), priority);
  auto const text = record.find(';');
  if (parsed.ec != std::errc{} || priority >= 8 || text == record.npos) return {};
  record.remove_prefix(text + 1);

  constexpr std::string_view killed = ": Killed process ";
  auto const at = record.find(killed);
  if (at == record.npos) return {};
  auto const reason = record.substr(0, at);
  if (!reason.starts_with("Out of memory") && !reason.starts_with("Memory cgroup out of memory")) return {};
  record.remove_prefix(at + killed.size());
  pid_t pid = 0;
  if (std::from_chars(record.data(), record.data() + record.size(), pid).ec != std::errc{} || pid <= 0)
    return {};
  return pid;
}

void watch_oom_kills() { watch() = std::make_unique<oom_watch>(); }

bool killed_by_oom(pid_t pid) { return watch() && watch()->take(pid); }

bool oom_watch_has_news() noexcept {
  pollfd log{watched_log, POLLIN, 0};
  return victims_known || ::poll(&log, 1, 0) > 0;
}

}  // namespace reeve
