// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/command.hpp>
#include <reeve/environment.hpp>
#include <reeve/exit_record.hpp>
#include <reeve/output_policy.hpp>
#include <reeve/process_params.hpp>
#include <reeve/restart_policy.hpp>
#include <reeve/stop_policy.hpp>
#include <reeve/supervisor_params.hpp>
#include <reeve/task_fn.hpp>
#include <reeve/worker_id.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace reeve {

/// How many workers a pool has by default: the processors that this process may use, by its affinity and by the
/// CPU quota of its cgroup, rounded up. At least 1. Reads a few files.
REEVE_DECL std::size_t default_concurrency();

/// How much memory a worker of a pool may use (its resident memory, in bytes); zero: no limit.
struct memory_limit {
  /// Passed while a task runs: the task is asked to stop, as by its soft limit. Passed when a task has ended: the
  /// worker is recycled.
  std::uint64_t soft = 0;
  /// Passed while a task runs: the worker is killed, and the task ends with `worker_lost`, whose exit record
  /// says so. At least `soft`.
  std::uint64_t hard = 0;
};

/// How a pool works. All members have a default that suits most programs.
struct pool_params {
  /// How many worker processes: 1 to 1,000. Zero: `default_concurrency()`.
  std::size_t workers = 0;
  /// How long a task may run until it is asked to stop, counted from its start: 1 ms to a year. Zero: no limit.
  std::chrono::steady_clock::duration soft_limit{};
  /// How long a task may run until its worker is killed: 1 ms to a year. Zero: no limit.
  std::chrono::steady_clock::duration hard_limit{};
  /// A worker that has run so many tasks is recycled. Zero: none is.
  std::size_t max_tasks_per_worker = 0;
  /// 0 to 1: the share of `max_tasks_per_worker` by which it varies at random, so that the workers are not
  /// recycled all at once.
  double max_tasks_jitter = 0.1;
  /// Workers that use more are recycled, or killed.
  memory_limit max_memory_per_worker{};
  /// Run in each worker before it is ready: `my_init("arguments")`, a call of a registered function. The worker
  /// whose initializer throws ends, and `restart` decides on another.
  std::optional<task_call<void>> initializer{};
  /// So many tasks are in the pool at a time, waiting or running: 1 to 1,000,000. Further ones wait for their
  /// admission, in the order of their submission.
  std::size_t max_in_flight = 4096;
  /// How many coroutine tasks a worker runs at a time: 1 to 32.
  std::size_t concurrency = 1;
  /// So many tasks beyond those it runs are handed to a worker in advance: 0 to 32. They are taken back when
  /// another worker has nothing to do.
  std::size_t prefetch = 24;
  /// How long a worker that has run a task looks for the next one before it sleeps: zero to 1 ms. Left out where
  /// there is only one processor.
  std::chrono::steady_clock::duration spin = std::chrono::microseconds{10};
  /// How long the pool looks for a result before it sleeps, while tasks are out: zero to 1 ms. It occupies the
  /// executor's thread, and buys the shortest way there and back with it. Left out where there is only one
  /// processor.
  std::chrono::steady_clock::duration pool_spin{};
  /// The longest argument list and the longest result, encoded: 1 KiB to 1 TiB.
  std::uint64_t max_message_size = std::uint64_t{1} << 32U;
  /// A worker that runs nothing and does not begin with a task that it was given for so long is killed: 100 ms to
  /// a year.
  std::chrono::steady_clock::duration claim_within = std::chrono::seconds{30};
  /// How long a worker has to be ready, its initializer included: 1 ms to a year.
  std::chrono::steady_clock::duration start_within = std::chrono::seconds{30};
  /// How long a running task whose call was cancelled has to end, once it was asked to stop, until its worker is
  /// killed: zero to a year.
  std::chrono::steady_clock::duration cancel_grace = std::chrono::seconds{5};
  /// The shortest time between two calls of `call_options::on_progress`: 1 ms to a year.
  std::chrono::steady_clock::duration progress_period = std::chrono::milliseconds{100};

  /// The pool's name in logs and statuses; its workers are "name.1", "name.2" and so on. As for `worker_spec`.
  std::string name = "pool";
  /// Another program to run as workers, which registers the same tasks and calls `run_as_worker`; this program
  /// where it is not set. Its arguments are passed on.
  std::optional<command> program{};
  /// The workers' environment. No variable may begin with REEVE_.
  environment env{};
  /// Where their standard streams lead.
  stdio_params stdio{};
  /// What the operating system is told about their processes. Descriptors that are passed need targets from 16.
  process_params process{};
  /// What becomes of their output, where it is captured.
  output_policy output{};
  /// How a worker that died is replaced. Only exits of workers that ran no task count. Once the budget of one
  /// of them is spent, the pool gives up: all its tasks end with `pool_closed`. `mode` must be `always`.
  restart_policy restart{};
  /// How workers are stopped.
  stop_policy stop{};
  /// What becomes a record of Boost.Log.
  log_level logging = log_level::warning;

  /// Called on the pool's executor when a worker is ready.
  std::function<void(worker_id const&)> on_worker_up{};
  /// Called on the pool's executor when a worker has ended, whatever the reason.
  std::function<void(exit_record const&)> on_worker_down{};
  /// Called on the pool's executor when the time of a limit begins to run.
  std::function<void(task_info const&, task_limit)> on_limit_armed{};
  /// Called on the pool's executor when a task has ended before its limit.
  std::function<void(task_info const&, task_limit)> on_limit_disarmed{};
};

}  // namespace reeve
