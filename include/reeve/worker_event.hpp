// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/exit_record.hpp>
#include <reeve/worker_id.hpp>
#include <reeve/worker_status.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>

namespace reeve {

/// What happened to a worker.
enum class event_kind {
  /// It was added to the supervisor and wants to start.
  added,
  /// Its process exists.
  spawned,
  /// It is ready.
  ready,
  /// It is unhealthy and will be ended: `reason` says why.
  unhealthy,
  /// It was told to end.
  stopping,
  /// Its process has ended, or could not be started: `exit` tells everything.
  exited,
  /// Its restart is due in `delay`.
  backoff,
  /// It is down by command.
  stopped,
  /// It ended and needs no restart.
  finished,
  /// It is down, and no restart will be tried: `reason` says why.
  failed,
  /// It is no longer listed: scaled away, or removed.
  removed,
};

/// The kind's name, as it is spelled above.
REEVE_DECL char const* to_string(event_kind kind) noexcept;

/// Something that happened to a worker.
struct worker_event {
  event_kind kind{};
  worker_id worker;
  /// The state at that moment: with `exited` and `unhealthy` the one that the worker is about to leave.
  worker_state state{};
  /// 0 where it has no process.
  pid_t pid = 0;
  std::chrono::steady_clock::time_point at{};
  std::string reason{};
  /// Of a `backoff` event; zero for a member of a group that waits for the group's restart.
  std::chrono::steady_clock::duration delay{};
  /// Of an `exited` event.
  std::shared_ptr<exit_record const> exit{};
};

/// One line for people: "api/0#3 ready (pid 812)".
REEVE_DECL std::string to_string(worker_event const& event);

/// Writes `to_string(event)`.
REEVE_DECL std::ostream& operator<<(std::ostream& out, worker_event const& event);

}  // namespace reeve
