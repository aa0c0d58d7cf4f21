// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pool/dispatch_fsm.hpp"
#include "pool/limit_watch.hpp"
#include "reeve/exit_record.hpp"
#include "shm/task_channel_layout.hpp"

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

namespace reeve {

// The errors that tasks end with. `task` describes the task in each.

/// What a worker said of a task that did not end with a result: `said` is the type and the message of what was
/// thrown, a NUL between them; it ran for so long.
std::exception_ptr remote_error(std::string const& task, result_status status, std::string_view said,
                                limit_watch const& limits, limit_watch::duration ran);

/// Of a task whose worker was killed because of it: its hard limit, or its cancellation.
std::exception_ptr limit_error(std::string const& task, limit_watch const& limits);

/// Of a task whose worker died.
std::exception_ptr loss_error(std::string const& task, loss_verdict verdict, std::size_t attempts,
                              exit_record const& exit);

/// operation_aborted.
std::exception_ptr aborted_error();

}  // namespace reeve
