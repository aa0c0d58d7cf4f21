// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/trace_context.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace reeve {

/// One header of a message.
struct task_header {
  /// Its name.
  std::string name{};
  /// Its value.
  std::string value{};

  friend bool operator==(task_header const&, task_header const&) = default;
};

/// A task from outside, as a `task_source` gives it: the name of a function and its arguments as JSON.
struct task_message {
  /// What the task is known by, wherever it is delivered: unique in its queue.
  std::string id{};
  /// The name of a `json_task_fn`.
  std::string name{};
  /// Its arguments: a JSON array of them; or one value that is no array, for a function that takes one. Empty: none.
  std::string payload{};
  /// What else its submitter said.
  std::vector<task_header> headers{};
  /// How often it was delivered, this time included: from 1. A delivery counts whatever became of it: its node may
  /// have died, or handed it back.
  std::size_t attempt = 1;
  /// This delivery, for its source: not zero, and unique among those that the source has out.
  std::uint64_t delivery = 0;
};

/// The trace that its headers name: "traceparent", "tracestate" and "baggage", in any case.
REEVE_DECL trace_context trace_of(task_message const& message);

/// Puts the headers there, in the place of those that were there: for who submits a task.
REEVE_DECL void set_trace(task_message& message, trace_context const& trace);

}  // namespace reeve
