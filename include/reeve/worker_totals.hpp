// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/duration_histogram.hpp>
#include <reeve/exit_record.hpp>
#include <reeve/worker_status.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace reeve {

/// So many values `exit_cause` has.
inline constexpr std::size_t exit_cause_count = static_cast<std::size_t>(exit_cause::limit) + 1;

/// What has happened to a supervisor's workers, all together, since it was made.
struct worker_totals {
  /// Processes that were started.
  std::uint64_t spawned = 0;
  /// Exits, by their cause (the number of `exit_cause`); starts that failed among them.
  std::array<std::uint64_t, exit_cause_count> exits{};
  /// Restarts, whoever wanted them, by the cause of the exit before.
  std::array<std::uint64_t, exit_cause_count> restarts{};
  /// Workers that were found unhealthy, or not ready in time.
  std::uint64_t unhealthy = 0;
  /// Workers for which no restart was tried any more.
  std::uint64_t gave_up = 0;
  /// How long it took from the wish for a process until it existed.
  duration_histogram spawn_time{};
  /// How long it took from then until the worker was ready.
  duration_histogram ready_time{};
};

/// A supervisor at one moment.
struct supervisor_status {
  /// All workers, by name and index.
  std::vector<worker_status> workers{};
  /// What has happened to them, and to those before them.
  worker_totals totals{};
};

}  // namespace reeve
