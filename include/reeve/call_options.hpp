// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/task_error.hpp>
#include <reeve/trace_context.hpp>
#include <reeve/worker_id.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace reeve {

/// A task that a callback is told of.
struct task_info {
  /// Unique in its pool, from 1.
  std::uint64_t id = 0;
  /// The name of its function.
  std::string name{};
  /// `call_options::correlation_id`.
  std::string correlation_id{};
  /// 1 for the first.
  std::size_t attempt = 1;
  /// The worker that runs it.
  worker_id worker{};
};

/// How one call is run. What is not said is the pool's.
struct call_options {
  /// How long it may run until it is asked to stop, counted from its start: 1 ms to a year; zero: no limit.
  std::optional<std::chrono::steady_clock::duration> soft_limit{};
  /// How long it may run until its worker is killed, counted from its start: 1 ms to a year; zero: no limit.
  std::optional<std::chrono::steady_clock::duration> hard_limit{};
  /// How often it may be started, if its worker dies while it runs: 1 to 1000. More than 1 says that it does no
  /// harm to run it twice. A limit or a cancellation ends it for good.
  std::size_t max_attempts = 1;
  /// Carried along: `this_task::correlation_id()`, errors, logs. At most 256 bytes.
  std::string correlation_id{};
  /// The trace that the call belongs to: `this_task::trace()`. Where this process is `tracing`, the task is a span below
  /// it. Its `state` may have at most 512 bytes and its `baggage` 8,192.
  trace_context trace{};
  /// Called on the pool's executor once a worker has begun to run it, for each attempt.
  std::function<void(task_info const&)> on_accepted{};
  /// Called on the pool's executor when it has passed a limit.
  std::function<void(task_info const&, task_limit)> on_timeout{};
  /// Called on the pool's executor with what the task said last by `this_task::progress`; at most every
  /// `pool_params::progress_period`, and only while it runs.
  std::function<void(double)> on_progress{};
};

}  // namespace reeve
