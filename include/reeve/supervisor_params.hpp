// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/worker_event.hpp>

#include <cstddef>
#include <functional>

namespace reeve {

/// The least severe record that is written to Boost.Log; `off`: none is.
///
/// `error`: workers that are `failed`. `warning`: unhealthy workers, unexpected exits, output files that
/// fail. `info`: what goes as it should: workers that are ready, told to end, down or about to be restarted,
/// expected exits; and captured lines (`output_policy::to_log`). `debug`: workers that were added, spawned
/// and removed.
enum class log_level { debug, info, warning, error, off };

/// How a supervisor works. All members have a default that suits most programs.
struct supervisor_params {
  /// Called for every event, on the supervisor's executor, one call at a time and in order. It may call
  /// back into the supervisor, and destroy it. An operation completes after the events that it waited for
  /// have been delivered here. What it throws leaves `io_context::run`, as with any handler.
  std::function<void(worker_event const&)> on_event{};
  /// Records carry the attributes Channel ("reeve"), Severity (Boost.Log's trivial one), Worker, Generation
  /// and Pid. reeve adds no sink: the application's sinks, or Boost.Log's default one, write them. What one
  /// throws is dropped.
  log_level logging = log_level::info;
  /// false: workers start, become ready and stop; no health is watched and nothing is restarted.
  bool monitoring = true;
  /// So many workers may be starting (started, and not ready yet) at a time; 0: no limit.
  std::size_t max_starting = 32;
  /// So many of the last exits of each worker are kept for `supervisor::exits`.
  std::size_t exit_history = 8;
  /// Adopts and ends what escaped from a worker's process group (PR_SET_CHILD_SUBREAPER, which is an
  /// attribute of the whole process, and stays). It is known by REEVE_INCARNATION in its environment, or by
  /// its session or group.
  bool subreaper = false;
};

}  // namespace reeve
