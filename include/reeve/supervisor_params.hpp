// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/worker_event.hpp>

#include <cstddef>
#include <functional>

namespace reeve {

/// The least severe record that is written to Boost.Log.
enum class log_level { debug, info, warning, error, off };

/// How a supervisor works. All members have a default that suits most programs.
struct supervisor_params {
  /// Called for every event, on the supervisor's executor, one call at a time and in order. It may call
  /// back into the supervisor, and destroy it. An operation completes after the events that it waited for have
  /// been delivered here. What it throws leaves `io_context::run`, as with any handler.
  std::function<void(worker_event const&)> on_event{};
  /// Records carry the attributes Channel ("reeve"), Worker, Generation and Pid. reeve adds no sink:
  /// the application's sinks, or Boost.Log's default one, write them.
  log_level logging = log_level::info;
  /// false: workers start and stop, and nothing is checked or restarted.
  bool monitoring = true;
  /// So many workers may be starting (started, and not ready yet) at a time; 0: no limit.
  std::size_t max_starting = 32;
  /// So many of the last exits of each worker are kept.
  std::size_t exit_history = 8;
  /// Adopts and ends what escaped from a worker's process group (PR_SET_CHILD_SUBREAPER, which is an
  /// attribute of the whole process).
  bool subreaper = false;
};

}  // namespace reeve
