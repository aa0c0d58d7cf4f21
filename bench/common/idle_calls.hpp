// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstddef>
#include <vector>
#include <sys/types.h>

namespace reeve::bench {

/// The argument by which a program is asked to be the one that `count_idle_calls` listens to.
inline constexpr char const* idle_argument = "--idle";

/// Does nothing for 10 s between two marks. Counted will be what the threads of this process do meanwhile, but for
/// the main thread, which has to be the one that calls this; and what all threads of these processes do.
void stay_idle(std::vector<pid_t> const& others = {});

/// Supervises a few workers without health checks, and does nothing for 10 s between two marks.
int be_idle();

/// Runs this program under strace with `idle_argument`, and counts the system calls that the threads
/// which `stay_idle` names made between the marks. Throws where that can't be done.
std::size_t count_idle_calls();

}  // namespace reeve::bench
