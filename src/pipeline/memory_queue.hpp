// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/completion.hpp"
#include "pipeline/memory_ledger.hpp"
#include "reeve/memory_source.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace reeve::detail {

/// What a `memory_source` is: its tasks, who waits for them, and a timer. Thread-safe.
class memory_queue : public std::enable_shared_from_this<memory_queue> {
 public:
  using executor_type = boost::asio::any_io_executor;
  using handler = boost::asio::any_completion_handler<void(error_code)>;

  memory_queue(executor_type executor, memory_source_params params);

  executor_type const& executor() const noexcept { return executor_; }
  std::chrono::steady_clock::duration lease() const noexcept { return params_.lease; }
  memory_source_status status() const;

  void submit(handler h, task_message task);
  bool try_submit(task_message& task);
  void wait_empty(handler h);

  /// Those that are ready, at most so many. Throws `operation_aborted` where the source is gone.
  std::vector<task_message> take(std::size_t most);
  /// Completes, on its executor, when something is ready; another one may have taken it since.
  void wait_ready(handler h, executor_type const& executor);
  void publish(std::span<task_outcome const> outcomes);
  void keep_alive(std::span<std::uint64_t const> deliveries);

  /// The source is gone: aborts what waits.
  void close();

 private:
  using clock = std::chrono::steady_clock;
  struct waiter {
    waiter(handler h, executor_type const& executor, task_message t)
        : who{std::move(h), executor}, task{std::move(t)} {}

    completion<error_code> who;
    task_message task;  // of a submitter
    error_code result{};
  };
  using waiters = std::map<std::uint64_t, std::unique_ptr<waiter>>;  // those that wait for longest are first
  using told_waiters = std::vector<std::unique_ptr<waiter>>;
  struct report {
    task_message task;
    task_outcome outcome;
  };

  template <class F>
  void act(F change);
  void settle(clock::time_point now, told_waiters& told);
  void wait(waiters memory_queue::*room, handler h, executor_type const& executor, task_message task = {});
  void cancel(waiters memory_queue::*room, std::uint64_t number);
  static void tell_first(waiters& room, error_code result, told_waiters& told);
  static void tell_all(waiters& room, error_code result, told_waiters& told);
  void arm();
  void rang();
  void post_reports();
  void make_reports();
  report const* next_report(bool goes_on);

  executor_type const executor_;
  memory_source_params const params_;

  mutable std::mutex mutex_;
  memory_ledger ledger_;
  waiters submitters_;
  waiters receivers_;
  waiters for_empty_;
  std::uint64_t waits_ = 0;  // so many so far: tells a wait from a later one
  std::deque<report> reports_;
  bool reporting_ = false;                          // a turn is under way, or posted
  bool calling_ = false;                            // with the first one
  std::weak_ptr<boost::asio::steady_timer> timer_;  // it belongs to the context, which may end before us
  std::optional<clock::time_point> armed_;
  bool closed_ = false;
};

}  // namespace reeve::detail
