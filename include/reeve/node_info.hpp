// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace reeve {

/// A running pipeline, as it tells others of itself.
struct node_info {
  /// Unique among the nodes of all time: host, process, and a random part.
  std::string node{};
  /// The name of its machine.
  std::string host{};
  /// Its process.
  pid_t pid = 0;
  /// `pipeline_params::name`.
  std::string pipeline{};
  /// The workers of its pool that take tasks.
  std::size_t workers = 0;
  /// Tasks that it has fetched and not yet published.
  std::size_t held = 0;
  /// Outcomes that it has published since its start.
  std::uint64_t published = 0;
  /// Outcomes that it has published in a second, over the last ten.
  double per_second = 0;
  /// When it began to run.
  std::chrono::system_clock::time_point started{};
  /// It fetches no more, and ends what it has.
  bool draining = false;
};

}  // namespace reeve
