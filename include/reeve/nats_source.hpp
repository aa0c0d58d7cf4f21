// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/error.hpp>
#include <reeve/nats_params.hpp>
#include <reeve/task_source.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace reeve {

namespace detail {
class nats_queue;
}

/// What a `nats_source` is doing.
struct nats_source_status {
  /// It is connected, and the queue's streams are there.
  bool ready = false;
  /// Why it is not; empty where it is.
  std::string error{};
  /// How often the connection came back after it was lost.
  std::uint64_t reconnects = 0;
  /// Deliveries that are out.
  std::uint64_t delivered = 0;
};

/// A queue of tasks on NATS JetStream, shared by any number of nodes.
///
///     auto const source = std::make_shared<reeve::nats_source>(
///         io.get_executor(), reeve::nats_params{.connection = reeve::nats_from_environment(), .queue = "images"});
///
/// Any NATS tool submits: `nats pub reeve.images.task.thumbnail '["cat.jpg", 128]'`.
///
/// A task that is complete or failed is acknowledged after its outcome is in the results' stream, which takes each
/// task once (by its id, within `nats_params::dedup_window`):
///
///     {"id": "7", "name": "thumbnail", "outcome": "complete", "result": "cat-128.jpg", "attempt": 1,
///      "duration_ms": 12.5, "worker": "pipeline.1/0#1", "node": "host-4711-..."}
///
/// A failed one has a `reason` in place of the `result`. An outcome that is larger than the server takes is replaced by
/// a failure that says so. A dead letter is acknowledged after it is among the dead letters, with the headers
/// `Reeve-Reason`, `Reeve-Attempts` and `Reeve-Task` (its id); a body for which they leave no room is left out, and
/// `Reeve-Left-Out` says how large it was. A retry is a negative acknowledgement with a delay. JetStream delivers again
/// what was not acknowledged when its lease runs out: when a node dies nothing is lost.
///
/// It connects by itself when it is first used, and again whenever the connection is lost, to whichever server of
/// the cluster there is. While it cannot, its coroutines throw `error::source_unavailable`, after
/// `nats_connection_params::timeout` at most.
///
/// libnats blocks: what does runs on threads of the source, never on the application's. A process that calls exit()
/// waits until they have ended, for a second at most. (libnats has the process ignore SIGPIPE, unless it handles it.)
///
/// Thread safety: the members of its own may be called from any thread. One pipeline uses one source; sources of one
/// queue may be as many as you like, in one process or in many.
class REEVE_DECL nats_source final : public task_source {
 public:
  /// The type of its executor.
  using executor_type = boost::asio::any_io_executor;

  /// Does not connect yet. Throws `std::invalid_argument` for a parameter that is wrong.
  explicit nats_source(executor_type executor, nats_params params = {});
  /// Closes the connection, without blocking. What is pending is aborted. What was delivered is delivered again when
  /// its lease runs out; what was fetched and not yet given to anybody is handed back.
  ~nats_source() override;

  /// The executor that it was made with.
  executor_type get_executor() const;

  /// Submits tasks to its own queue: `name`, `payload`, `headers`, and `id`, which becomes the header `Nats-Msg-Id` (one
  /// without gets one). Completes when all are in the stream.
  ///
  /// Completion: `void(error_code)`. After an error some may be there: with the same ids they may be submitted again.
  /// Cancellation: terminal, partial and total; they may be there or not.
  /// Errors: `error::invalid_argument` (a name or an id that cannot be one); `error::source_unavailable`.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_submit(std::vector<task_message> tasks, Token&& token = Token{}) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [](auto h, std::shared_ptr<detail::nats_queue> queue, std::vector<task_message> t) {
          submit(queue, handler{std::move(h)}, std::move(t));
        },
        token, queue_, std::move(tasks));
  }

  /// What it is doing. Takes a lock.
  nats_source_status status() const;

  boost::asio::awaitable<std::vector<task_message>> fetch(std::size_t most) override;
  boost::asio::awaitable<void> publish(std::span<task_outcome const> outcomes) override;
  boost::asio::awaitable<void> keep_alive(std::span<std::uint64_t const> deliveries) override;
  std::chrono::steady_clock::duration lease() const override;
  std::chrono::steady_clock::duration announce_every() const override;
  boost::asio::awaitable<void> announce(node_info node) override;

 private:
  using handler = boost::asio::any_completion_handler<void(error_code)>;
  static void submit(std::shared_ptr<detail::nats_queue> const& queue, handler h,
                     std::vector<task_message> tasks);

  std::shared_ptr<detail::nats_queue> queue_;
};

}  // namespace reeve
