// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/task_fn.hpp>

#include <string>
#include <sys/types.h>

// What the workers of these benchmarks run.

namespace reeve::bench {

/// Returns its argument.
extern task_fn<int(int)> const same;

/// Returns its argument.
extern task_fn<std::string(std::string)> const echo;

/// The process that runs it.
extern task_fn<pid_t()> const whose;

/// Sleeps until its worker is killed.
extern task_fn<void()> const sleep_forever;

/// Computes until its worker is killed.
extern task_fn<void()> const compute_forever;

}  // namespace reeve::bench
