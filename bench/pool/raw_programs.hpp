// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "../common/processes.hpp"
#include "sections.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>
#include <fcntl.h>

namespace reeve::bench {

/// Processes of this program, started by vfork and execve, that write to a pipe when they have come to main, and
/// then sleep until they are killed.
class raw_programs {
 public:
  raw_programs() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) raw::fail("pipe2");
    inherited_ = ::dup(ends_[1]);
    if (inherited_ < 0) raw::fail("dup");
  }
  raw_programs(raw_programs const&) = delete;
  raw_programs& operator=(raw_programs const&) = delete;
  ~raw_programs() {
    kill_all();
    for (int const fd : {ends_[0], ends_[1], inherited_}) ::close(fd);
  }

  /// Starts so many, and returns when all have come to main.
  void start(std::size_t count) {
    static auto const self = std::filesystem::read_symlink("/proc/self/exe").string();
    auto const descriptor = std::to_string(inherited_);
    char const* const argv[] = {self.c_str(), raw_start_argument, descriptor.c_str(), nullptr};
    for (std::size_t i = 0; i < count; ++i) pids_.push_back(raw::start(argv));
    std::array<char, 64> words;
    while (count > 0) {
      auto const got = ::read(ends_[0], words.data(), std::min(count, words.size()));
      if (got <= 0) raw::fail("read");
      count -= static_cast<std::size_t>(got);
    }
  }

  /// Kills them, and waits until they have ended.
  void kill_all() {
    for (pid_t const pid : pids_) ::kill(pid, SIGKILL);
    for (pid_t const pid : pids_) raw::reap(pid);
    pids_.clear();
  }

 private:
  std::array<int, 2> ends_{};
  int inherited_ = -1;
  std::vector<pid_t> pids_;
};

}  // namespace reeve::bench
