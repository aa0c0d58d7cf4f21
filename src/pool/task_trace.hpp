// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/span.hpp"
#include "reeve/task_fn.hpp"

#include <chrono>
#include <cstdint>
#include <exception>

namespace reeve {

/// What is known of a task at its end.
struct task_end {
  detail::task_entry const* task = nullptr;
  std::uint64_t id = 0;
  std::uint64_t attempts = 1;
  std::chrono::nanoseconds wait_time{};
  std::chrono::nanoseconds run_time{};
};

/// Says whose a task's span is here, and that of its run in a worker.
void describe_task(span& span, detail::task_entry const& task);
void describe_run(span& span, detail::task_entry const& task, std::uint64_t id, std::uint64_t attempt);

/// Says of a task's span here what there is to say of its end, and ends it. `error` is null where it has a result.
void end_task_span(span& span, task_end const& end, std::exception_ptr const& error);

/// Says of a span which exception ended it.
void say_error(span& span, std::exception_ptr const& error);

}  // namespace reeve
