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
  /// It was added to the supervisor, to be started; a member of a group when its turn in the group comes.
  added,
  /// Its process exists.
  spawned,
  /// It is ready.
  ready,
  /// It is unhealthy, or was not ready in time, and will be ended: `reason` says why.
  unhealthy,
  /// It was told to end.
  stopping,
  /// Its process has ended, or could not be started: `exit` tells everything.
  exited,
  /// It ended, and its restart is due in `delay`, or when its group decides.
  backoff,
  /// It is down by command, or because of its group.
  stopped,
  /// It ended and needs no restart.
  finished,
  /// It is down, and no restart will be tried: `reason` says why.
  failed,
  /// It is no longer listed: scaled away, removed, or left out when its name or group was started anew.
  removed,
};

/// The kind's name, as it is spelled above.
REEVE_DECL char const* to_string(event_kind kind) noexcept;

/// Something that happened to a worker.
struct worker_event {
  /// What happened.
  event_kind kind{};
  /// To which worker, in which of its incarnations.
  worker_id worker;
  /// The state at that moment: with `exited` and `unhealthy` the one that the worker is about to leave.
  worker_state state{};
  /// 0 where it has no process; after its exit the number is in `exit`.
  pid_t pid = 0;
  /// When the supervisor noticed it.
  std::chrono::steady_clock::time_point at{};
  /// Why, in words: of an `unhealthy` or a `failed` event, and of a `backoff` event where it waits for its
  /// group.
  std::string reason{};
  /// Of a `backoff` event; zero for a member of a group that waits for the group's restart.
  std::chrono::steady_clock::duration delay{};
  /// Of an `exited` event; else null.
  std::shared_ptr<exit_record const> exit{};
};

/// One line for people: "api/0#3 ready (pid 812)".
REEVE_DECL std::string to_string(worker_event const& event);

/// Writes `to_string(event)`.
REEVE_DECL std::ostream& operator<<(std::ostream& out, worker_event const& event);

}  // namespace reeve
