// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/trace_context.hpp>
#include <reeve/worker_id.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace reeve {

/// What is to become of a task that was delivered.
enum class verdict {
  /// It has a result.
  complete,
  /// It ended with an error that no other attempt mends.
  failed,
  /// It is to be delivered again, after `task_outcome::delay`.
  retry,
  /// It is of no use: malformed, unknown, or out of attempts. It is kept apart, with the reason, for people to look at.
  dead_letter,
  /// It was not done, and nobody is to blame: it is delivered again at once, here or elsewhere.
  hand_back,
};

/// The verdict's name, as it is spelled above.
REEVE_DECL char const* to_string(verdict v) noexcept;

/// What became of one delivery of a task.
struct task_outcome {
  /// Of the message.
  std::string id{};
  /// Of the message.
  std::string name{};
  /// Of the message.
  std::size_t attempt = 1;
  /// Of the message.
  std::uint64_t delivery = 0;

  /// What is to become of it.
  verdict what = verdict::complete;
  /// Of a complete one: its result as JSON; "null" of a function that returns nothing.
  std::string result{};
  /// Of all others: why, in words.
  std::string reason{};
  /// Of a retry: how long to wait.
  std::chrono::steady_clock::duration delay{};
  /// How long it ran; zero where it did not, or where that is not known.
  std::chrono::nanoseconds duration{};
  /// Which worker ran it; with an empty name where none did, or where that is not known.
  worker_id worker{};
  /// The trace that it belongs to: a source sends it along with the outcome. Empty: none.
  trace_context trace{};
};

}  // namespace reeve
