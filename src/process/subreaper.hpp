// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <functional>
#include <string>
#include <sys/types.h>

namespace reeve {

/// The environment variable by which a worker's stray descendants are known: its value names one
/// incarnation of one worker of one supervisor.
inline constexpr char const* descendant_marker = "REEVE_INCARNATION";

/// Makes this process adopt orphans among its descendants (PR_SET_CHILD_SUBREAPER). Stays on.
void become_subreaper();

/// Calls `reap_dead_strays` every second on the launch thread, from now on. Thread-safe; asked for again it
/// does nothing.
void patrol_for_strays();

/// Kills and reaps every orphan of ours that the worker `leader` left behind, and theirs, until none is left:
/// those whose environment carries `marker` (the value), and those in the leader's session or group, which a
/// dead orphan, without an environment, is known by. Never touches another child. Returns how many were
/// killed.
///
/// Call it as soon as the leader was reaped: what is left of its session and group keeps its number from
/// being given to others. An orphan that died before in a session of its own stays a zombie.
///
/// Reads /proc and waits for those it killed: called on the launch thread. What takes longer than a fraction
/// of a second goes on there later.
int reap_strays(std::string const& marker, pid_t leader);

/// Does so once `leader` was reaped: for `launch_thread::reap_later`. Empty without a marker.
std::function<void()> then_reap_strays(std::string marker, pid_t leader);

/// Reaps the orphans of ours that are dead and in the session or group of a child that `launch` started and
/// nobody has reaped yet. Without it the orphans of a long-lived worker stay zombies until that ends.
void reap_dead_strays();

}  // namespace reeve
