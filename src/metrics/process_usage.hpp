// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <sys/types.h>

namespace reeve::detail {

/// What /proc/PID/stat says of a process, in the kernel's units.
struct process_stat {
  /// In user mode and in the kernel.
  std::uint64_t cpu_ticks = 0;
  std::uint64_t resident_pages = 0;
  /// Since the machine was booted.
  std::uint64_t started_tick = 0;

  friend bool operator==(process_stat const&, process_stat const&) = default;
};

/// Nothing where it is no such text, or where the process has ended and waits to be reaped.
std::optional<process_stat> parse_process_stat(std::string_view text) noexcept;

/// What a process uses.
struct process_usage {
  double cpu_seconds = 0;
  double resident_bytes = 0;
};

/// What such a text says of a process that was there at that time; nothing where it has ended, and where it is a stranger
/// who began later.
std::optional<process_usage> parse_process_usage(std::string_view text,
                                                 std::chrono::steady_clock::time_point known_at) noexcept;

/// What the process uses that had this number at that time.
using usage_reader =
    std::function<std::optional<process_usage>(pid_t, std::chrono::steady_clock::time_point known_at)>;

}  // namespace reeve::detail
