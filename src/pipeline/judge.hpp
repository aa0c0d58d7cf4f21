// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pipeline/pipeline_fsm.hpp"
#include "reeve/pipeline_params.hpp"

#include <exception>

namespace reeve {

/// What an error of a task means to its pipeline: as the parameters' judge says, or else by the rules that are written
/// at `pipeline`.
task_ending judge(pipeline_params const& params, task_message const& message,
                  std::exception_ptr const& error);

/// Whether it says that the pool runs no more tasks.
bool is_pool_closed(std::exception_ptr const& error) noexcept;

/// Its words.
std::string text_of(std::exception_ptr const& error);

}  // namespace reeve
