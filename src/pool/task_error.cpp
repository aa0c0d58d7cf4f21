// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/task_error.hpp"

#include <utility>

namespace reeve {

// The destructors are here so that the types are the library's, and can be caught across its border.
task_error::~task_error() = default;
task_failed::~task_failed() = default;
task_timed_out::~task_timed_out() = default;
worker_lost::~worker_lost() = default;
task_quarantined::~task_quarantined() = default;
pool_closed::~pool_closed() = default;
codec_error::~codec_error() = default;

task_failed::task_failed(std::string const& what, std::string type, std::string message)
    : task_error{what}, type_{std::move(type)}, message_{std::move(message)} {}

task_timed_out::task_timed_out(std::string const& what, task_limit which,
                               std::chrono::steady_clock::duration after)
    : task_error{what}, which_{which}, limit_{after} {}

worker_lost::worker_lost(std::string const& what, exit_record exit)
    : task_error{what}, exit_{std::move(exit)} {}

task_quarantined::task_quarantined(std::string const& what, std::size_t attempts, exit_record exit)
    : task_error{what}, attempts_{attempts}, exit_{std::move(exit)} {}

}  // namespace reeve
