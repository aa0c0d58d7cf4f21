// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

#include <type_traits>

namespace reeve {

/// Boost's error code, which every operation gives.
using boost::system::error_code;

/// What reeve itself reports. The operating system's errors keep their own values: a program that does
/// not exist is `ENOENT` in the system category, not one of these.
enum class error {
  /// A field of a spec or of a policy is wrong: `diagnostics::field` names it and the message says what
  /// to write instead. Nothing was started. In an exit record: `worker_spec::for_instance` or `for_start`
  /// threw, or made something wrong; the reason says what.
  invalid_argument = 1,

  /// A worker or a group of this name is in use, or the name is a group member's. Stop it first, or choose
  /// another name.
  already_started,

  /// No worker or group has this name or index. `status()` lists those that exist.
  not_found,

  /// The id's generation is not the current one: another incarnation has taken its place. Ask `find` for the
  /// current one, or use generation 0, which means whichever runs.
  stale_generation,

  /// The worker ended before it was ready. `diagnostics::exit` tells how; the worker is still restarted by
  /// its policy.
  exited_before_ready,

  /// The worker was not ready within its readiness timeout, and was ended. Its policy decides on a restart.
  start_timeout,

  /// The worker was stopped, by another operation, while this one waited for it to be ready.
  stopped,

  /// The restart budget is spent: more than `max_restarts` restarts within `window`. The worker stays down
  /// until it is started or restarted by command. Of an operation on a group: the group gave up.
  restart_limit,

  /// No beat was seen for the heartbeat's timeout.
  heartbeat_lost,

  /// No beat was seen within `start_within`. The program does not beat: let it call `worker::beat()`
  /// or write the worker page.
  heartbeat_never_started,

  /// The health check failed as often in a row as the policy allows.
  health_check_failed,

  /// The worker wrote nonsense to its page or its control socket, and was killed for it where it still ran.
  protocol_violation,

  /// The program has no worker of this name: it was registered too late, or the linker dropped it from a
  /// static library.
  unknown_worker_type,

  /// The worker is not run by a supervisor: there is no one to beat for.
  not_supervised,

  /// All 64 counters and flags of the worker page are taken.
  too_many_counters,

  /// The stream has ended: its supervisor was destroyed.
  end_of_stream,

  /// The message engine cannot be reached, or refuses. Try again: nothing is lost by it.
  source_unavailable,
};

/// The category of `reeve::error`.
REEVE_DECL boost::system::error_category const& error_category() noexcept;

/// Makes an `error_code` of an `error`.
inline error_code make_error_code(error e) noexcept { return {static_cast<int>(e), error_category()}; }

}  // namespace reeve

namespace boost::system {

template <>
struct is_error_code_enum<reeve::error> : std::true_type {};

}  // namespace boost::system
