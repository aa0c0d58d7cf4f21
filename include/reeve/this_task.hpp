// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/trace_context.hpp>

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

/// What a task may ask and say while it runs in its worker. For the thread or the coroutine that runs the task;
/// outside a task: the id is 0, no stop is ever requested, and progress goes nowhere.
namespace reeve::this_task {

/// Its number in the pool.
REEVE_DECL std::uint64_t id() noexcept;

/// 1 for the first attempt.
REEVE_DECL std::size_t attempt() noexcept;

/// Requested by the soft limit, by the cancellation of the call, and when the worker is to stop.
REEVE_DECL std::stop_token stop_token() noexcept;

/// Whether it was. It costs a few loads.
REEVE_DECL bool stop_requested() noexcept;

/// `call_options::correlation_id`.
REEVE_DECL std::string const& correlation_id() noexcept;

/// The trace that it belongs to: for spans that it makes (`span`), for calls that it makes elsewhere. Where this process
/// is `tracing`, the context is that of the task's own span here; else that of its caller. Outside a task: an empty one.
REEVE_DECL trace_context const& trace() noexcept;

/// Says how far it is: 0 to 1 (what is beyond is cut off). One store to shared memory.
REEVE_DECL void progress(double done) noexcept;

}  // namespace reeve::this_task
