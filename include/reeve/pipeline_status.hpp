// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/duration_histogram.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace reeve {

/// What a pipeline is doing.
enum class pipeline_state {
  /// It was not run yet.
  idle,
  /// It fetches, runs and publishes.
  running,
  /// It fetches no more, and ends what it holds.
  draining,
  /// It has ended.
  stopped,
};

/// The state's name, as it is spelled above.
REEVE_DECL char const* to_string(pipeline_state state) noexcept;

/// One of a pipeline's queues.
struct pipeline_queue_status {
  /// What is in it: "fetched", "running", "unpublished".
  char const* name = "";
  /// So many tasks or outcomes.
  std::size_t size = 0;
  /// So many there may be.
  std::size_t capacity = 0;
};

/// A pipeline at one moment.
struct pipeline_status {
  /// `pipeline_params::name`.
  std::string name{};
  /// What it is doing.
  pipeline_state state{};
  /// In the order in which a task passes them: fetched and waiting for the pool; with the pool; waiting to be
  /// published, or on the way.
  std::array<pipeline_queue_status, 3> queues{};
  /// Why the source was last found wanting; empty while all is well. The pipeline waits and tries again.
  std::string source_error{};
  /// Calls of the source that failed.
  std::uint64_t source_errors = 0;
  /// Tasks that were fetched.
  std::uint64_t fetched = 0;
  /// Outcomes that were published.
  std::uint64_t published = 0;
  /// Published outcomes by what they say.
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;         ///< See `completed`.
  std::uint64_t retried = 0;        ///< See `completed`.
  std::uint64_t dead_lettered = 0;  ///< See `completed`.
  std::uint64_t handed_back = 0;    ///< See `completed`.
  /// Deliveries that were left to their leases at the end.
  std::uint64_t abandoned = 0;
  /// Outcomes that were published in a second, over the last ten.
  double per_second = 0;
  /// How long tasks were here, from the fetch until their outcome was published.
  duration_histogram latency{};
};

}  // namespace reeve
