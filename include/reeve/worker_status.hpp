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
  /// Ended by command.
  stopped,
  /// Ended, and waits for its timed restart.
  backoff,
  /// Ended by itself, and its policy asks for no restart.
  finished,
  /// Down, and no restart will be tried: the budget is spent, or the cause is one no restart mends.
  failed,
};

/// The state's name, as it is spelled above.
REEVE_DECL char const* to_string(worker_state state) noexcept;

/// One worker as it is now.
struct worker_status {
  worker_id worker;
  worker_state state = worker_state::pending;
  /// 0 while it has no process.
  pid_t pid = 0;
  /// Whether the worker is up: its process exists.
  bool alive() const noexcept { return pid != 0; }
  /// Restarts since the worker was added, whatever their cause.
  std::uint64_t restarts = 0;
  /// When its process was started; only while it has one.
  std::optional<std::chrono::steady_clock::time_point> started_at;
  /// When its next restart is due; only in backoff.
  std::optional<std::chrono::steady_clock::time_point> next_restart;
  /// When the supervisor last saw its beat change (as of its last check); empty without a heartbeat.
  std::optional<std::chrono::steady_clock::time_point> last_heartbeat;
  /// Its counters and flags, read from its page at the time of the call.
  std::vector<counter_value> counters;
  /// Its most recent exit.
  std::shared_ptr<exit_record const> last_exit;
  /// Bytes of captured output that no sink could take in time.
  std::uint64_t output_dropped = 0;
};

/// What a health or readiness hook is told about the worker it looks at.
struct worker_view {
  worker_id worker;
  pid_t pid = 0;
  std::chrono::steady_clock::time_point started_at;
  std::vector<counter_value> counters;
};

}  // namespace reeve
