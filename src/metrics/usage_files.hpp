// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "metrics/process_usage.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <sys/types.h>

namespace reeve::detail {

/// The /proc/PID/stat of processes that are asked for again and again. Kept open: to open and to close one takes as long
/// as to read it. An open one never tells of a stranger who has the number by now. At most an eighth of the descriptors
/// that this process may have is kept; what is beyond that is opened each time.
class usage_files {
 public:
  /// What the process uses that had this number at that time; nothing where it has gone since, also where the number is
  /// a stranger's by now.
  std::optional<process_usage> read(pid_t pid, std::chrono::steady_clock::time_point known_at);

  /// Closes those that were not read since the last call.
  void close_unread();

  std::size_t open_count() const noexcept { return open_.size(); }

 private:
  struct file {
    unique_fd fd;
    std::uint64_t read_in = 0;
  };

  std::unordered_map<pid_t, file> open_;
  /// Counts the calls of `close_unread`.
  std::uint64_t round_ = 0;
};

}  // namespace reeve::detail
