// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <sys/types.h>

namespace reeve::bench {

/// Starts a program with Boost.Process v2's default launcher, which forks. Returns once its exec is done.
pid_t boost_start(char const* path);

}  // namespace reeve::bench
