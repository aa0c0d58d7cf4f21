// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/worker.hpp"

namespace reeve {

/// The worker type of a pool's workers. Every program that has tasks has it.
inline constexpr char const* pool_worker_type = "reeve.pool";

/// Runs tasks until it is told to stop.
int pool_worker_main(worker& self);

}  // namespace reeve
