// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/error.hpp>
#include <reeve/task_source.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace reeve {

namespace detail {
class memory_queue;
}

/// How a `memory_source` works.
struct memory_source_params {
  /// How long a delivery stays with its receiver: 1 ms to a year.
  std::chrono::steady_clock::duration lease = std::chrono::seconds{30};
  /// So many tasks may be in it, delivered ones included, and those whose `on_outcome` has not returned: 1 to
  /// 100,000,000. Who submits more waits.
  std::size_t capacity = 10'000;
  /// A task whose id was submitted within that time is the same one, and is not taken again: zero to a year.
  /// While a task is in it its id is known in any case. At most eight times `capacity` ids are remembered:
  /// where more come within that time, the oldest are forgotten earlier.
  std::chrono::steady_clock::duration dedup_window = std::chrono::minutes{2};
  /// Called, on the executor, with each outcome that ends a task: complete, failed or dead_letter. One after
  /// another, in the order in which they were published; none after the source was destroyed. What it throws
  /// leaves the executor's `run`.
  std::function<void(task_message const&, task_outcome const&)> on_outcome{};
};

/// What a `memory_source` holds, and what it has done since it was made.
struct memory_source_status {
  /// Tasks that can be fetched now.
  std::size_t ready = 0;
  /// Those that wait for their time.
  std::size_t delayed = 0;
  /// Those that were delivered and have no outcome yet.
  std::size_t delivered = 0;
  /// Submitters that wait for room.
  std::size_t waiting = 0;
  /// Tasks that were taken.
  std::uint64_t submitted = 0;
  /// Those that were not, because their id was known.
  std::uint64_t duplicates = 0;
  /// Deliveries whose lease ran out.
  std::uint64_t expired = 0;
  /// Outcomes by what they say.
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;         ///< See `completed`.
  std::uint64_t retried = 0;        ///< See `completed`.
  std::uint64_t dead_lettered = 0;  ///< See `completed`.
  std::uint64_t handed_back = 0;    ///< See `completed`.
};

/// Tasks in this process's memory, with the semantics of a real message engine: leases, redelivery, delays,
/// de-duplication. For programs that need no other engine, and for tests of those that do. Nothing of it
/// outlives the process.
///
///     auto const source = std::make_shared<reeve::memory_source>(io.get_executor());
///     source->try_submit({.name = "thumbnail", .payload = R"(["cat.jpg", 128])"});   // or async_submit, which waits
///
/// What is ready is delivered in the order in which it became so. A task whose lease ran out is delivered
/// again; an outcome of the earlier delivery that ends the task still counts, if it is the first; a retry or
/// a hand_back does not.
///
/// Its executor is where leases run out and delays end: somebody must run it. Between whiles a timer waits
/// there, as long as there are tasks that are delivered or delayed.
///
/// Thread safety: all members may be called from any thread, and several pipelines may share one, on whatever
/// executors.
class REEVE_DECL memory_source final : public task_source {
 public:
  /// The type of its executor.
  using executor_type = boost::asio::any_io_executor;

  /// An empty one. Throws `std::invalid_argument` for a parameter that is wrong.
  explicit memory_source(executor_type executor, memory_source_params params = {});
  /// Pending operations complete with `operation_aborted`.
  ~memory_source() override;

  /// The executor that it was made with.
  executor_type get_executor() const;

  /// Adds a task, when there is room for it. Without an id it gets one; `attempt` and `delivery` are not
  /// looked at.
  ///
  /// Completion: `void(error_code)`; also where the task was known already.
  /// Cancellation: terminal, partial and total: the task was not taken.
  /// Errors: none but `operation_aborted`.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_submit(task_message task, Token&& token = Token{}) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [](auto h, std::shared_ptr<detail::memory_queue> queue, task_message t) {
          submit(queue, handler{std::move(h)}, std::move(t));
        },
        token, queue_, std::move(task));
  }

  /// Adds a task if there is room for it now. Whether there was; true, too, where the task was known already.
  bool try_submit(task_message task);

  /// Waits until it holds nothing: every task that was submitted has ended, and `on_outcome` was called for
  /// it.
  ///
  /// Completion: `void(error_code)`.
  /// Cancellation: terminal, partial and total.
  /// Errors: none but `operation_aborted`.
  template <boost::asio::completion_token_for<void(error_code)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_wait_empty(Token&& token = Token{}) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [](auto h, std::shared_ptr<detail::memory_queue> queue) { wait_empty(queue, handler{std::move(h)}); },
        token, queue_);
  }

  /// What it holds. Takes a lock; O(1).
  memory_source_status status() const;

  boost::asio::awaitable<std::vector<task_message>> fetch(std::size_t most) override;
  boost::asio::awaitable<void> publish(std::span<task_outcome const> outcomes) override;
  boost::asio::awaitable<void> keep_alive(std::span<std::uint64_t const> deliveries) override;
  std::chrono::steady_clock::duration lease() const override;

 private:
  using handler = boost::asio::any_completion_handler<void(error_code)>;
  static void submit(std::shared_ptr<detail::memory_queue> const& queue, handler h, task_message task);
  static void wait_empty(std::shared_ptr<detail::memory_queue> const& queue, handler h);

  std::shared_ptr<detail::memory_queue> queue_;
};

}  // namespace reeve
