// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/counter_value.hpp>
#include <reeve/exit_record.hpp>
#include <reeve/worker_id.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include <sys/types.h>

namespace reeve {

/// Where a worker is in its life; doc/lifecycle.md has the picture.
enum class worker_state {
  /// Wants to start and waits for its turn.
  pending,
  /// Being started: its process may exist, it is not ready yet.
  starting,
  /// Ready.
  running,
  /// Told to end, and not ended yet.
  stopping,
  /// Ended by command or by its group, or not started yet.
  stopped,
  /// Ended, and waits for its timed restart; a member of a group for its group.
  backoff,
  /// Ended, and its policy asks for no restart.
  finished,
  /// Down, and no restart will be tried: the budget is spent, or the cause is one no restart mends.
  failed,
};

/// The state's name, as it is spelled above.
REEVE_DECL char const* to_string(worker_state state) noexcept;

/// One worker as it is now.
struct worker_status {
  /// Which worker, in its current or last incarnation.
  worker_id worker;
  /// Where it is in its life.
  worker_state state = worker_state::pending;
  /// 0 while it has no process.
  pid_t pid = 0;
  /// Whether the worker is up: its process exists.
  bool alive() const noexcept { return pid != 0; }
  /// Starts after the first, whatever their cause.
  std::uint64_t restarts = 0;
  /// When its process was started; only while it has one.
  std::optional<std::chrono::steady_clock::time_point> started_at;
  /// When its next restart is due; only in backoff, and not where it waits for its group.
  std::optional<std::chrono::steady_clock::time_point> next_restart;
  /// When the supervisor last saw its beat change (as of its last check); empty without a heartbeat, and
  /// before the first beat.
  std::optional<std::chrono::steady_clock::time_point> last_heartbeat;
  /// Its counters and flags, read from its page at the time of the call; empty while it has no process.
  std::vector<counter_value> counters;
  /// Its most recent exit, or start that failed; null where there was none.
  std::shared_ptr<exit_record const> last_exit;
  /// Bytes of captured output that a sink could not take in time, or lost; what two sinks missed counts
  /// twice.
  std::uint64_t output_dropped = 0;
};

/// What a health or readiness hook is told about the worker it looks at.
struct worker_view {
  /// Which worker, in its current incarnation.
  worker_id worker;
  /// Its process.
  pid_t pid = 0;
  /// When that was started.
  std::chrono::steady_clock::time_point started_at;
  /// Its counters and flags when the hook was called, where it has a page.
  std::vector<counter_value> counters;
};

}  // namespace reeve
