// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"

#include <csignal>
#include <sys/resource.h>
#include <sys/types.h>

namespace reeve {

/// What the kernel says of a child when it is asked through its pidfd.
enum class child_state {
  running,
  /// A zombie: its exit can be read, and it still holds its number.
  ended,
  /// Reaped already, or never to be reaped because SIGCHLD is ignored: nobody can tell how it ended.
  gone,
};

/// The pidfd of the process that has this number now; empty when there is none.
unique_fd open_pidfd(pid_t pid) noexcept;

/// Sends a signal (0: only asks whether the process is there, a zombie included). ESRCH once it was reaped.
error_code send_signal(int pidfd, int signal) noexcept;

/// How a child is, without reaping it; `info` tells how it ended. Never blocks.
child_state look_at_child(int pidfd, siginfo_t& info) noexcept;

/// As `look_at_child`, and reaps it. `usage` is the kernel's account of an `ended` child. Never blocks.
child_state reap_child(int pidfd, siginfo_t& info, rusage& usage) noexcept;

/// Sends a signal to the group that the process was started as the leader of, and to the process itself where it
/// has joined another. Success, too, where all of them have ended.
error_code signal_group(int pidfd, pid_t leader, int signal) noexcept;

/// Kills what is left of the group of this number. Only while its leader is not reaped: from then on the
/// number may be a stranger's.
void sweep_group(pid_t leader) noexcept;

}  // namespace reeve
