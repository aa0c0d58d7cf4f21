// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/node_info.hpp>
#include <reeve/task_message.hpp>
#include <reeve/task_outcome.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace reeve {

/// Where tasks come from and where their outcomes go: the interface between a `pipeline` and a message engine.
///
/// A source lends its tasks. What it has delivered is the pipeline's until the lease runs out; a pipeline renews the
/// leases of what it holds (`keep_alive`). A delivery that was not published by then is delivered again: here, or to
/// another node. So a task is never lost, and may run more than once where a node died.
///
/// `memory_source` and `nats_source` are two; doc/pipeline.md shows how to write one, and
/// test/common/source_conformance.hpp is what each must pass.
///
/// What a pipeline promises to its source:
/// - All functions are called, and their coroutines run, on the pipeline's strand, and so never at the same time.
///   The executor of a coroutine (`this_coro::executor`) is that strand.
/// - One `fetch` is pending at a time. Others may be pending beside it: several `publish`, one `keep_alive`, one
///   `announce`.
/// - Spans, and what they refer to, stay as they are until the coroutine has ended.
/// - The source outlives all coroutines.
///
/// What a source promises:
/// - Its coroutines can be cancelled (terminal, partial and total), and then throw `operation_aborted`. A cancelled
///   fetch loses nothing: what was to be delivered is delivered by another one.
/// - An error is thrown. It says that nothing was done, or that what was done may be done again: the pipeline waits,
///   tells of it (`pipeline_status::source_error`), and tries again.
/// - It does not block.
class REEVE_DECL task_source {
 public:
  task_source() = default;
  task_source(task_source const&) = delete;
  task_source& operator=(task_source const&) = delete;
  virtual ~task_source();

  /// Waits until there are tasks, and takes those that are there: at least one, at most `most`.
  virtual boost::asio::awaitable<std::vector<task_message>> fetch(std::size_t most) = 0;

  /// Makes outcomes known, and ends their deliveries: complete, failed and dead_letter for good, retry and hand_back
  /// so that they are delivered again. Returns when that is safe. The outcomes of one task that was delivered twice
  /// count once, by its id: the first one. An outcome of a delivery that is not known any more is no error.
  virtual boost::asio::awaitable<void> publish(std::span<task_outcome const> outcomes) = 0;

  /// Renews the leases of these deliveries. One that is not known any more is no error.
  virtual boost::asio::awaitable<void> keep_alive(std::span<std::uint64_t const> deliveries) = 0;

  /// How long a delivery stays with its receiver; zero: for ever. The pipeline renews it each third of that. Asked
  /// once, when it begins to run.
  virtual std::chrono::steady_clock::duration lease() const = 0;

  /// How often it wants to be told of the pipeline that uses it; zero: never. Asked once.
  virtual std::chrono::steady_clock::duration announce_every() const { return {}; }
  /// The pipeline that uses it, now. The last time, it is draining and holds nothing, and goes.
  virtual boost::asio::awaitable<void> announce(node_info node);
};

}  // namespace reeve
