// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/counter_value.hpp>
#include <reeve/error.hpp>
#include <reeve/exit_status.hpp>
#include <reeve/worker_id.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>
#include <sys/types.h>

namespace reeve {

/// Who ended a worker, and why.
enum class exit_cause {
  /// It ended by itself: it returned, crashed, or was signalled by someone else.
  itself,
  /// It was never there: the program could not be started. `exit_record::error` tells why.
  spawn_failed,
  /// A stop, a scale down, or a removal.
  stop,
  /// A commanded restart.
  restart,
  /// Its group was restarted or stopped because of another member.
  group,
  /// It was not ready in time.
  start_timeout,
  /// Its heartbeat was missed, or never began: `exit_record::error` tells which.
  heartbeat,
  /// Its health check failed.
  health_check,
  /// It wrote nonsense to what it shares with its supervisor.
  protocol_violation,
  /// The kernel's out-of-memory killer, where the kernel's log could be read.
  out_of_memory,
  /// It passed a limit that was set for it.
  limit,
};

/// The cause's name, as it is spelled above.
REEVE_DECL char const* to_string(exit_cause cause) noexcept;

/// Why a worker died: everything that is known of one exit, in one value.
struct exit_record {
  /// Which worker, in which of its incarnations.
  worker_id worker;
  /// 0 when the program could not be started.
  pid_t pid = 0;
  /// How it ended. Unknown, too, when the program could not be started.
  exit_status status;
  /// Who ended it, and why.
  exit_cause cause = exit_cause::itself;
  /// The error behind the cause: errno of a failed start (`error::invalid_argument` where `for_instance`
  /// or `for_start` failed), or the `reeve::error` of an unhealthy worker, of one that lacks its type, or of nonsense that
  /// was found at its end.
  error_code error;
  /// What there is to say about the cause in words: the failed step, the health check's reason, what the
  /// worker's runtime said of its end, the `restart_options::reason`.
  std::string reason;
  /// The task it was running, where a pool knows it: its name, number and attempt; else empty.
  std::string task;

  /// From its start to the notice of its end; zero when the program could not be started.
  std::chrono::steady_clock::duration uptime{};
  /// Its CPU time in user mode, and that of the children it waited for; zero where the status is unknown.
  std::chrono::microseconds user_time{};
  /// The same in the kernel.
  std::chrono::microseconds system_time{};
  /// Peak resident memory in bytes; empty where it is not known (see doc/lifecycle.md).
  std::optional<std::uint64_t> peak_memory;

  /// Time since the last beat that was seen; empty without a heartbeat, or when none was ever seen.
  std::optional<std::chrono::steady_clock::duration> heartbeat_age;
  /// The worker's counters and flags as they stood at the end, where it had a page.
  std::vector<counter_value> counters;
  /// The last lines it printed, oldest first, where its output is captured.
  std::vector<std::string> last_lines;
};

/// One line for people: "api/0#3 (pid 812): SIGSEGV, itself, after 12.4 s".
REEVE_DECL std::string to_string(exit_record const& record);

/// Writes `to_string(record)`.
REEVE_DECL std::ostream& operator<<(std::ostream& out, exit_record const& record);

}  // namespace reeve
