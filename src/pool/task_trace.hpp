// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/span.hpp"
#include "reeve/worker_id.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// What the pool's span of a task says of its end.
struct task_end {
  std::string_view task;
  std::uint64_t id = 0;
  std::size_t attempts = 1;
  /// With an empty name where no worker ran it.
  worker_id worker{};
  std::chrono::nanoseconds wait_time{};
  std::chrono::nanoseconds run_time{};
  /// Null: it has a result.
  std::exception_ptr error{};
};

/// The name of a task's span here, and of that in its worker: "task resize", "run resize".
std::string task_span_name(std::string_view kind, std::string_view task);

/// Says of a span which exception ended it.
void say_error(span& span, std::exception_ptr const& error);

/// Fills in what is known of a task at its end, and ends the span.
void end_task_span(span& span, task_end const& end);

}  // namespace reeve
