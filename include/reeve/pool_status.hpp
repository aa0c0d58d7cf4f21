// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/duration_histogram.hpp>
#include <reeve/worker_id.hpp>
#include <reeve/worker_totals.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include <sys/types.h>

namespace reeve {

/// What a pool is doing.
enum class pool_state {
  /// It was not started yet, or its start failed.
  idle,
  /// Its workers are being started.
  starting,
  /// It runs tasks.
  running,
  /// It takes no tasks any more, and ends those that it has.
  closing,
  /// All has ended.
  closed,
  /// It gave up: its workers could not be kept alive.
  failed,
};

/// The state's name, as it is spelled above.
REEVE_DECL char const* to_string(pool_state state) noexcept;

/// One worker of a pool.
struct pool_worker_status {
  /// Which one, in which of its incarnations.
  worker_id worker{};
  /// 0 where it has no process.
  pid_t pid = 0;
  /// It takes tasks.
  bool ready = false;
  /// It takes no more tasks, and ends after those that it has.
  bool draining = false;
  /// The tasks that were handed to it and have not ended.
  std::size_t tasks = 0;
  /// The tasks that have ended in this incarnation.
  std::uint64_t completed = 0;
};

/// A pool at one moment.
struct pool_status {
  /// `pool_params::name`.
  std::string name{};
  /// What it is doing.
  pool_state state{};
  /// So many workers it is to have.
  std::size_t size = 0;
  /// Those that it has, those that are on their way out among them.
  std::vector<pool_worker_status> workers{};
  /// Tasks that wait for their admission.
  std::size_t waiting = 0;
  /// Tasks that were admitted and are with no worker.
  std::size_t queued = 0;
  /// Tasks that were handed to a worker and have not ended.
  std::size_t dispatched = 0;
  /// Tasks since its start: those that were submitted; and those that ended with a result, or with an error.
  std::uint64_t submitted = 0;
  std::uint64_t succeeded = 0;  ///< See `submitted`.
  std::uint64_t failed = 0;     ///< See `submitted`.
  /// Tasks that were run again because their worker had died.
  std::uint64_t retried = 0;
  /// Workers that died while they ran a task.
  std::uint64_t losses = 0;
  /// Workers that were killed because a task had passed its hard limit.
  std::uint64_t timeouts = 0;
  /// Workers that were recycled.
  std::uint64_t recycled = 0;
  /// How long tasks ran on their workers; of a map's each element.
  duration_histogram run_time{};
  /// How long they waited, from their submission until they ran; of a map's each chunk. Where many come closer
  /// together than 2.5 us one in 64 is timed, at random, and counts as 64.
  duration_histogram wait_time{};
  /// What has happened to its workers.
  worker_totals worker_counts{};
};

}  // namespace reeve
