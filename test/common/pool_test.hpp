// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of the pool need: a context, a pool on it, and the shared board on which its workers count what they
// do. Nothing here sleeps to wait: it runs the context until something holds, under a deadline.

#include "pool_tasks.hpp"
#include "reeve/process_pool.hpp"
#include "shared_board.hpp"
#include "supervisor_test.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/core/demangle.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>
#include <sys/resource.h>

namespace reeve::test {

/// What an exception is and says.
inline std::string describe(std::exception_ptr const& error) {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& e) {
    return boost::core::demangle(typeid(e).name()) + ": " + e.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

/// Whether it says that the operation was cancelled.
inline bool is_aborted(std::exception_ptr const& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (boost::system::system_error const& e) {
    return e.code() == aborted;
  } catch (...) {
    return false;
  }
}

/// A call that was submitted.
template <class R>
class submitted {
 public:
  submitted(process_pool& pool, task_call<R> call) {
    pool.async_apply(std::move(call),
                     boost::asio::bind_cancellation_slot(
                         signal_->slot(), [result = result_, keep = signal_](auto error, auto... value) {
                           BOOST_CHECK_MESSAGE(!result->has_value(), "a task ended twice");
                           if (error)
                             result->emplace(error);
                           else
                             result->emplace(typename outcome<R>::value_type(std::move(value)...));
                         }));
  }

  bool done() const noexcept { return result_->has_value(); }
  /// Only when it is done.
  outcome<R> const& result() const { return result_->value(); }
  void cancel(boost::asio::cancellation_type type = boost::asio::cancellation_type::terminal) {
    signal_->emit(type);
  }

 private:
  std::shared_ptr<std::optional<outcome<R>>> result_ = std::make_shared<std::optional<outcome<R>>>();
  std::shared_ptr<boost::asio::cancellation_signal> signal_ =
      std::make_shared<boost::asio::cancellation_signal>();
};

/// A quiet pool of so many workers, which are replaced practically without end and leave no core files.
inline pool_params pool_of(std::size_t workers) {
  pool_params params;
  params.workers = workers;
  params.process.limits = {{.resource = RLIMIT_CORE, .soft = 0, .hard = 0}};
  params.restart = {
      .delay = std::chrono::milliseconds{5}, .backoff = 1, .jitter = 0, .max_restarts = 100'000};
  params.logging = log_level::off;
  return params;
}

/// A context, a pool on it, its board, and the workers that came and went. At the end nothing of it may be left:
/// no process, no zombie, no work.
class pool_rig {
 public:
  boost::asio::io_context context;
  shared_board board;
  std::vector<worker_id> ups;
  std::vector<exit_record> downs;
  std::optional<process_pool> pool;

  explicit pool_rig(pool_params params) { make(std::move(params)); }
  pool_rig(pool_rig const&) = delete;
  pool_rig& operator=(pool_rig const&) = delete;

  ~pool_rig() {
    pool.reset();
    run_to_its_end();
    auto const deadline = clock::now() + patience;
    while (has_children() && clock::now() < deadline) ::usleep(1000);
    BOOST_CHECK_MESSAGE(!has_children(), "a process was left");
  }

  process_pool* operator->() { return &*pool; }

  /// A new pool in the old one's place.
  void make(pool_params params) {
    params.process.descriptors.push_back(board.passed());
    params.on_worker_up = [this, then = std::move(params.on_worker_up)](worker_id const& worker) {
      ups.push_back(worker);
      count(1);
      if (then) then(worker);
    };
    params.on_worker_down = [this, then = std::move(params.on_worker_down)](exit_record const& exit) {
      downs.push_back(exit);
      count(-1);
      if (then) then(exit);
    };
    pool.reset();
    pool.emplace(context.get_executor(), std::move(params));
  }

  /// Runs the context until the condition holds, also one that no event of the context announces.
  template <class Condition>
  void until(Condition condition) {
    auto const deadline = clock::now() + patience;
    auto const work = boost::asio::make_work_guard(context);
    context.restart();
    while (!condition()) {
      BOOST_REQUIRE_MESSAGE(clock::now() < deadline, "the condition did not hold within the deadline");
      context.run_one_for(std::chrono::milliseconds{2});
    }
  }

  /// Runs it until workers have counted up a cell of the board.
  void until_counted(std::size_t cell, std::uint32_t at_least = 1) {
    until([&] { return board[cell] >= at_least; });
  }

  /// Runs the context for that long, to see that something does not happen.
  void idle(std::chrono::milliseconds time) {
    context.restart();
    context.run_for(time);
  }

  /// Runs a coroutine function to its end. What it throws is thrown here, a failed BOOST_REQUIRE too.
  template <class Function>
  void run(Function function) {
    std::optional<std::exception_ptr> end;
    boost::asio::co_spawn(context, function, [&end](std::exception_ptr e) { end = e; });
    until([&] { return end.has_value(); });
    if (*end) std::rethrow_exception(*end);
  }

  /// Carries an operation out: `finish(pool->async_close())`.
  template <class Operation>
  error_code finish(Operation operation) {
    begun const it{std::move(operation)};
    return finish(it);
  }
  error_code finish(begun const& it) {
    until([&] { return it.done(); });
    return it.result();
  }

  /// Starts it, or fails the test.
  void start() {
    diagnostics diag;
    auto const ec = finish(pool->async_start(diag));
    BOOST_REQUIRE_MESSAGE(!ec, ec.message() << ": " << diag.message);
  }

  template <class R>
  submitted<R> submit(task_call<R> call) {
    return {*pool, std::move(call)};
  }

  /// What it ends with. Throws its error.
  template <class R>
  typename outcome<R>::value_type value_of(submitted<R> const& task) {
    until([&] { return task.done(); });
    return task.result().value();
  }
  template <class R>
  typename outcome<R>::value_type value_of(task_call<R> call) {
    return value_of(submit(std::move(call)));
  }

  /// The error that it ends with, of exactly that type.
  template <class Error, class R>
  Error error_of(submitted<R> const& task) {
    until([&] { return task.done(); });
    auto const error = task.result().error();
    try {
      if (error) std::rethrow_exception(error);
    } catch (Error const& e) {
      if (typeid(e) == typeid(Error)) return e;
    } catch (...) {
    }
    BOOST_FAIL("ended with " << describe(error));
    throw std::logic_error{"unreachable"};
  }
  template <class Error, class R>
  Error error_of(task_call<R> call) {
    return error_of<Error>(submit(std::move(call)));
  }

  /// Waits until it has ended because it was cancelled.
  template <class R>
  void require_aborted(submitted<R> const& task) {
    until([&] { return task.done(); });
    BOOST_REQUIRE_MESSAGE(is_aborted(task.result().error()), describe(task.result().error()));
  }

  /// So many calls of `note`, one for each cell from that one on.
  std::vector<submitted<std::uint32_t>> submit_notes(std::size_t first_cell, std::size_t count) {
    std::vector<submitted<std::uint32_t>> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(submit(note(first_cell + i)));
    return all;
  }

  /// Waits until all have ended. Each must have a result, of its first and only start.
  void require_noted_once(std::vector<submitted<std::uint32_t>> const& notes) {
    for (auto const& task : notes) BOOST_TEST(value_of(task) == 1u);
  }

  /// Submits a `gate` and waits until a worker runs it.
  submitted<std::size_t> enter_gate(std::size_t cell) {
    auto task = submit(gate(cell));
    until_counted(cell);
    return task;
  }
  void open_gate(std::size_t cell) { board.add(cell + 1); }

  /// The process of the nth of its workers.
  pid_t pid_of(std::size_t n = 0) const { return pool->status().workers.at(n).pid; }

  std::string state() const { return to_string(pool->status().state); }

  /// The fewest workers that were up at a time, once that many had been.
  std::ptrdiff_t fewest_up(std::ptrdiff_t full) const {
    auto const begin = std::ranges::find(up_, full);
    BOOST_REQUIRE((begin != up_.end()));
    return *std::min_element(begin, up_.end());
  }

 private:
  void run_to_its_end() try {
    context.restart();
    context.run_for(patience);
    BOOST_CHECK_MESSAGE(context.stopped(), "work was left");
  } catch (...) {
    BOOST_ERROR("at the end " << describe(std::current_exception()));
  }

  // How many were up after each coming and going.
  std::vector<std::ptrdiff_t> up_;
  void count(std::ptrdiff_t change) { up_.push_back((up_.empty() ? 0 : up_.back()) + change); }
};

}  // namespace reeve::test
