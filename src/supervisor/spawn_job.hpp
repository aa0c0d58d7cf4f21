// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "process/launch.hpp"
#include "reeve/worker_spec.hpp"
#include "shm/worker_page.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace reeve {

/// One incarnation to be started: everything the launch thread needs. It shares nothing with the spec, whose
/// functions are the application's and must not end on a thread of ours, perhaps after its context.
struct spawn_order {
  /// Copies this process's environment: call it where the application expects that to be read, on its own
  /// threads.
  spawn_order(worker_spec const& spec, worker_id id);

  worker_id worker;
  /// The spec's, until they are adapted to the instance.
  reeve::command command;
  environment env;
  std::vector<std::string> inherited;
  stdio_params stdio;
  process_params process;
  bool dies_with_supervisor;
  /// Shares a page with its supervisor even when it does not run our runtime.
  bool wants_page;
  /// For our runtime: how often it beats by itself (0: never), and what `start` and `stop` each get to end.
  std::chrono::milliseconds beat_period;
  std::chrono::milliseconds stop_grace;
  /// The value of the variable by which its descendants are known, or empty.
  std::string marker{};
};

/// What came of it. Until `process` is taken, destroying the result kills the process: nobody else would.
struct spawn_result {
  spawn_result() = default;
  spawn_result(spawn_result&&) = default;
  spawn_result& operator=(spawn_result&&) = default;
  ~spawn_result();

  launched_process process;
  std::shared_ptr<supervisor_page> page;
  unique_fd control;
  unique_fd out;
  unique_fd err;
  std::string marker;
  /// Where it failed; `failure.error` is clear when it did not.
  launch_failure failure;
};

/// Opens what the worker is given, and starts it. Blocks; for the launch thread.
spawn_result carry_out(spawn_order const& order);

}  // namespace reeve
