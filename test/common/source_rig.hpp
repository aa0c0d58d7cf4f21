// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "loop_rig.hpp"
#include "reeve/task_message.hpp"
#include "reeve/task_outcome.hpp"
#include "reeve/task_source.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace reeve::test {

/// What a queue keeps of a task that has ended.
struct recorded_outcome {
  std::string id;
  verdict what = verdict::complete;
  std::string text;  ///< The result of a complete one; the reason of all others.

  friend auto operator<=>(recorded_outcome const&, recorded_outcome const&) = default;
};

/// A queue of its own, empty, for one test of a kind of source. The tests of each kind derive theirs from it,
/// and make it with the lease that its sources are to have: `explicit rig(std::chrono::milliseconds lease)`.
///
/// All is run on `io`, by the thread of the test, inside the functions here; those below may run it, too.
class source_rig : public loop_rig {
 public:
  virtual ~source_rig() = default;

  /// A source of this queue: another one at each call, as other nodes have theirs, where that is possible;
  /// else the same one.
  virtual std::shared_ptr<task_source> make_source() = 0;
  /// Submits tasks, in that order, by their `id`, `name`, `payload` and `headers`. Returns when they are
  /// there.
  virtual void submit(std::vector<task_message> tasks) = 0;
  /// What has been recorded by all `publish` that have ended: complete, failed and dead letters, in any
  /// order.
  virtual std::vector<recorded_outcome> recorded() = 0;

  /// Runs the context until `done`, at most so long.
  bool run_for(std::chrono::steady_clock::duration time, std::function<bool()> const& done) {
    auto const end = std::chrono::steady_clock::now() + time;
    io.restart();
    while (!done() && io.run_one_until(end) != 0) {
    }
    return done();
  }
};

/// A source's coroutine that was begun.
class source_call {
 public:
  source_call(boost::asio::any_io_executor const& strand,
              boost::asio::awaitable<std::vector<task_message>> coroutine) {
    boost::asio::co_spawn(strand, std::move(coroutine),
                          boost::asio::bind_cancellation_slot(
                              state_->signal.slot(),
                              [state = state_](std::exception_ptr error, std::vector<task_message> tasks) {
                                state->error = std::move(error);
                                state->tasks = std::move(tasks);
                                state->done = true;
                              }));
  }

  bool done() const { return state_->done; }
  void cancel(boost::asio::cancellation_type type) { state_->signal.emit(type); }

  /// What was fetched; throws what it has thrown.
  std::vector<task_message> result() const {
    if (state_->error) std::rethrow_exception(state_->error);
    return state_->tasks;
  }

 private:
  struct state {
    bool done = false;
    std::exception_ptr error;
    std::vector<task_message> tasks;
    boost::asio::cancellation_signal signal;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// One who uses a source as a pipeline does: on a strand of its own. Its end is that of a node that dies with
/// what it holds: its source is destroyed, where it has one of its own.
class source_consumer {
 public:
  explicit source_consumer(source_rig& rig)
      : rig_{rig}, source_{rig.make_source()}, strand_{boost::asio::make_strand(rig.io)} {}

  source_call begin_fetch(std::size_t most) { return {strand_, fetched(source_, most)}; }
  source_call begin_publish(std::vector<task_outcome> outcomes) {
    return {strand_, published(source_, std::move(outcomes))};
  }
  source_call begin_keep_alive(std::vector<std::uint64_t> deliveries) {
    return {strand_, kept_alive(source_, std::move(deliveries))};
  }

  /// Runs the context until it has ended.
  std::vector<task_message> end(source_call const& call) {
    BOOST_REQUIRE(rig_.run_until([&] { return call.done(); }));
    return call.result();
  }

  std::vector<task_message> fetch(std::size_t most) { return end(begin_fetch(most)); }
  void publish(std::vector<task_outcome> outcomes) { end(begin_publish(std::move(outcomes))); }
  void keep_alive(std::vector<std::uint64_t> deliveries) { end(begin_keep_alive(std::move(deliveries))); }

  /// Fetches until so many have come.
  std::vector<task_message> fetch_all(std::size_t count) {
    std::vector<task_message> all;
    while (all.size() < count) {
      for (auto& task : fetch(count - all.size())) all.push_back(std::move(task));
    }
    return all;
  }

 private:
  using source_ptr = std::shared_ptr<task_source>;
  using result = boost::asio::awaitable<std::vector<task_message>>;

  static constexpr auto any_cancellation = boost::asio::enable_total_cancellation{};

  static result fetched(source_ptr source, std::size_t most) {
    co_await boost::asio::this_coro::reset_cancellation_state(any_cancellation);
    co_return co_await source->fetch(most);
  }
  static result published(source_ptr source, std::vector<task_outcome> outcomes) {
    co_await source->publish(outcomes);
    co_return std::vector<task_message>{};
  }
  static result kept_alive(source_ptr source, std::vector<std::uint64_t> deliveries) {
    co_await source->keep_alive(deliveries);
    co_return std::vector<task_message>{};
  }

  source_rig& rig_;
  source_ptr source_;
  boost::asio::any_io_executor strand_;
};

}  // namespace reeve::test
