// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/call_options.hpp>
#include <reeve/detail/config.hpp>
#include <reeve/supervisor_params.hpp>
#include <reeve/task_message.hpp>
#include <reeve/task_outcome.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string>

namespace reeve {

/// When a task that is to be tried again is delivered again, and when no more.
///
/// The wait after the nth attempt is `delay * backoff^(n-1)`, at most `max_delay`, plus or minus `jitter` of it. After
/// `max_attempts` the task is a dead letter. A delivery counts as an attempt whatever became of it, as message
/// engines count: a task whose nodes die over it ends, too.
struct retry_policy {
  /// So many deliveries, the first one included: 1 to 1,000,000.
  std::size_t max_attempts = 5;
  /// The wait after the first attempt: zero to a year.
  std::chrono::steady_clock::duration delay = std::chrono::seconds{1};
  /// The factor by which it grows: 1 (it stays the same) to 1000.
  double backoff = 2.0;
  /// The longest wait, before jitter: `delay` to a year.
  std::chrono::steady_clock::duration max_delay = std::chrono::minutes{5};
  /// 0 to 1: the share of the wait by which it varies at random.
  double jitter = 0.1;
};

/// What has happened in a pipeline.
enum class pipeline_event_kind {
  /// The source cannot be reached, or refuses: `reason` says why. It is tried again until it answers.
  source_down,
  /// It can again.
  source_up,
  /// A task's outcome is known, and waits to be published: `outcome` has it.
  outcome,
  /// No more is fetched.
  draining,
  /// It holds nothing any more, or has left the rest to the leases.
  stopped,
};

/// The kind's name, as it is spelled above.
REEVE_DECL char const* to_string(pipeline_event_kind kind) noexcept;

/// Something that happened in a pipeline.
struct pipeline_event {
  /// What.
  pipeline_event_kind kind{};
  /// Of `source_down`: why.
  std::string reason{};
  /// Of `outcome`: which; null else. Valid during the call.
  task_outcome const* outcome = nullptr;
};

/// How a pipeline works. All members have a default that suits most programs.
struct pipeline_params {
  /// Its name in logs and for `cluster_view`: 1 to 100 bytes.
  std::string name = "pipeline";

  /// At most so many tasks are fetched at a time: 1 to 100,000.
  std::size_t fetch_batch = 256;
  /// So many may be fetched and wait for the pool: 1 to 1,000,000.
  std::size_t max_fetched = 512;
  /// So many may be with the pool, waiting or running: 1 to 1,000,000. Zero: enough to keep its workers busy.
  std::size_t max_running = 0;
  /// About so long a task may wait here for a worker: 1 ms to a year. No more is fetched than what is run in that time,
  /// as far as that is known, so that other nodes find something to do.
  std::chrono::steady_clock::duration hold_for = std::chrono::seconds{1};
  /// So many outcomes may wait to be published, or be under way: 1 to 1,000,000. Where there is no room for the
  /// outcome of one more task, none is run, and then none fetched.
  std::size_t max_unpublished = 4096;
  /// At most so many outcomes are published at a time: 1 to 100,000.
  std::size_t publish_batch = 256;
  /// So long an outcome waits for others to be published with: zero to an hour. Not longer than there is something
  /// to wait for.
  std::chrono::steady_clock::duration publish_within = std::chrono::milliseconds{5};
  /// So many batches may be on their way to the source: 1 to 64.
  std::size_t max_publishing = 4;

  /// Of tasks that are to be tried again.
  retry_policy retry{};
  /// The tasks' limits; the pool's where they are not set. Its callbacks and `correlation_id` are not looked at: the
  /// latter is the id of the message.
  call_options call{};
  /// What an error of a task means. Where it is not set, or returns nothing: see `pipeline`. Called on the pipeline's
  /// strand; one that throws has failed its task.
  std::function<std::optional<verdict>(task_message const&, std::exception_ptr const&)> judge{};

  /// The first wait after an error of the source, before it is tried again: 1 ms to an hour. It doubles, up to
  /// `max_source_delay`.
  std::chrono::steady_clock::duration source_delay = std::chrono::milliseconds{100};
  /// The longest wait: `source_delay` to an hour.
  std::chrono::steady_clock::duration max_source_delay = std::chrono::seconds{5};

  /// How long what is held has to end once the pipeline drains: zero to a year. What has not is cancelled, and handed
  /// back.
  std::chrono::steady_clock::duration drain_within = std::chrono::seconds{30};
  /// How long the handing back may take, before the rest is left to its leases: 1 ms to a year. (A task that does not
  /// end when it is asked to takes `pool_params::cancel_grace`.)
  std::chrono::steady_clock::duration abandon_after = std::chrono::seconds{10};

  /// What becomes a record of Boost.Log.
  log_level logging = log_level::warning;
  /// Called on the pipeline's strand, never inside one of its functions, and not after it was destroyed. `async_run`
  /// completes after the last call. What it throws leaves the executor's `run`.
  std::function<void(pipeline_event const&)> on_event{};
};

}  // namespace reeve
