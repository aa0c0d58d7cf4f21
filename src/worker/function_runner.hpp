// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "worker/runtime.hpp"

namespace reeve {

/// Runs a function worker in the calling thread and returns its exit code.
int run_function_worker(detail::worker_runtime& runtime, detail::function_worker function);

}  // namespace reeve
