// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of the supervisor need: a context, a supervisor on it, and all that happened. Nothing here sleeps
// to wait: it runs the context until something holds, under a deadline.

#include "process_test.hpp"
#include "reeve/supervisor.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace reeve::test {

inline error_code const aborted{boost::asio::error::operation_aborted};

/// An enumerator as text that Boost.Test can print.
template <class Enum>
std::string name_of(Enum value) {
  return to_string(value);
}

/// A worker that runs children/<child>.cpp; what it prints is lost. It is restarted a few milliseconds after
/// any exit, practically without end: a test of the policy sets its own.
inline worker_spec spec_of(std::string name, std::string_view child, std::vector<std::string> args = {},
                           std::size_t count = 1) {
  worker_spec spec;
  spec.name = std::move(name);
  spec.command.program = child.starts_with('/') ? std::string{child} : child_program(child);
  spec.command.args = std::move(args);
  spec.count = count;
  spec.stdio.out = stdio_target::null();
  spec.restart = {.delay = std::chrono::milliseconds{5}, .backoff = 1, .jitter = 0, .max_restarts = 100'000};
  return spec;
}

/// A worker of a shell script.
inline worker_spec script(std::string name, std::string text, std::size_t count = 1) {
  return spec_of(std::move(name), "/bin/sh", {"-c", std::move(text)}, count);
}

/// Makes it ready when it has printed "up": then its handlers of signals are in place, its children forked.
inline worker_spec& ready_when_up(worker_spec& spec, ready_when::duration timeout = patience) {
  struct board {
    std::mutex mutex;
    std::set<worker_id> up;
  };
  auto const all = std::make_shared<board>();
  spec.stdio.out = stdio_target::pipe();
  spec.output.on_line = [all](output_line const& line) {
    if (line.text != "up") return;
    std::lock_guard const lock{all->mutex};
    all->up.insert(line.worker);
  };
  auto const is_up = [all](worker_view view) -> boost::asio::awaitable<health_result> {
    std::lock_guard const lock{all->mutex};
    co_return health_result{all->up.contains(view.worker), "it did not say that it is up"};
  };
  spec.ready = ready_when::check(is_up, timeout, std::chrono::milliseconds{2});
  return spec;
}

/// The same, of a copy.
inline worker_spec up_spec_of(std::string name, std::string_view child, std::vector<std::string> args = {},
                              std::size_t count = 1) {
  auto spec = spec_of(std::move(name), child, std::move(args), count);
  return ready_when_up(spec);
}

/// All events of a supervisor in order. Thread-safe.
class event_log {
 public:
  using predicate = std::function<bool(worker_event const&)>;

  void add(worker_event const& event) {
    std::lock_guard const lock{mutex_};
    events_.push_back(event);
  }

  std::vector<worker_event> all() const {
    std::lock_guard const lock{mutex_};
    return events_;
  }

  std::vector<worker_event> matching(predicate const& wanted) const {
    auto events = all();
    std::erase_if(events, [&](auto const& event) { return !wanted(event); });
    return events;
  }

  /// Those of one kind; of one name, unless it is empty.
  std::vector<worker_event> of(event_kind kind, std::string_view name = {}) const {
    return matching([&](auto const& e) { return e.kind == kind && (name.empty() || e.worker.name == name); });
  }

  std::size_t count(event_kind kind, std::string_view name = {}) const { return of(kind, name).size(); }

  /// "name/index kind" of those kinds, in order: what happened, to compare with what should.
  std::vector<std::string> story(std::set<event_kind> const& kinds) const {
    std::vector<std::string> out;
    for (auto const& e : matching([&](auto const& event) { return kinds.contains(event.kind); }))
      out.push_back(e.worker.name + '/' + std::to_string(e.worker.index) + ' ' + to_string(e.kind));
    return out;
  }

  void clear() {
    std::lock_guard const lock{mutex_};
    events_.clear();
  }

 private:
  std::mutex mutable mutex_;
  std::vector<worker_event> events_;
};

/// An operation that was begun.
class begun {
 public:
  template <class Operation>
  explicit begun(Operation operation) {
    std::move(operation)(boost::asio::bind_cancellation_slot(
        signal_->slot(), [result = result_, keep = signal_](error_code ec) { *result = ec; }));
  }

  bool done() const noexcept { return result_->has_value(); }
  /// Only when it is done.
  error_code result() const { return result_->value(); }
  void cancel(boost::asio::cancellation_type type = boost::asio::cancellation_type::terminal) {
    signal_->emit(type);
  }

 private:
  std::shared_ptr<std::optional<error_code>> result_ = std::make_shared<std::optional<error_code>>();
  std::shared_ptr<boost::asio::cancellation_signal> signal_ =
      std::make_shared<boost::asio::cancellation_signal>();
};

/// Runs a context on threads of its own. Its destructor waits until the context has no work left, but for a
/// test that fails: then it stops the context.
class context_threads {
 public:
  context_threads(boost::asio::io_context& context, std::size_t count)
      : context_{context}, work_{context.get_executor()} {
    context.restart();
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([&context] { context.run(); });
  }
  context_threads(context_threads const&) = delete;
  context_threads& operator=(context_threads const&) = delete;
  ~context_threads() {
    if (std::uncaught_exceptions() > 0) context_.stop();
    join();
  }

  /// Waits until nothing is left to do.
  void join() {
    work_.reset();
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }

 private:
  boost::asio::io_context& context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;
};

/// What a future holds, within the deadline.
template <class Future>
auto get_soon(Future future) {
  BOOST_REQUIRE((future.wait_for(patience) == std::future_status::ready));
  return future.get();
}

/// A context, a supervisor on it, and its events. At the end nothing of it may be left: no process, no zombie.
class supervisor_fixture {
 public:
  boost::asio::io_context context;
  event_log events;
  std::optional<supervisor> sup;

  explicit supervisor_fixture(supervisor_params params = {}) { make(std::move(params)); }
  supervisor_fixture(supervisor_fixture const&) = delete;
  supervisor_fixture& operator=(supervisor_fixture const&) = delete;

  ~supervisor_fixture() {
    sup.reset();
    context.restart();
    context.run_for(patience);
    auto const deadline = clock::now() + patience;
    while (has_children() && clock::now() < deadline) ::usleep(1000);
    BOOST_CHECK_MESSAGE(!has_children(), "a process was left");
  }

  /// A new supervisor in the old one's place: without logging, and with its events recorded before they go to
  /// the handler given.
  void make(supervisor_params params) {
    params.logging = log_level::off;
    params.on_event = [this, handler = std::move(params.on_event)](worker_event const& event) {
      events.add(event);
      if (handler) handler(event);
    };
    sup.reset();
    sup.emplace(context.get_executor(), std::move(params));
  }

  /// Runs the context until the condition holds.
  template <class Condition>
  void until(Condition condition) {
    run_until(context, std::move(condition));
  }

  /// Runs it until so many events of that kind were seen; of one name, unless it is empty.
  void until(event_kind kind, std::string_view name = {}, std::size_t count = 1) {
    until([&] { return events.count(kind, name) >= count; });
  }

  /// Runs a coroutine function to its end. What it throws is thrown here, a failed BOOST_REQUIRE too.
  template <class Function>
  void run(Function function) {
    std::optional<std::exception_ptr> end;
    boost::asio::co_spawn(context, function, [&end](std::exception_ptr e) { end = e; });
    until([&] { return end.has_value(); });
    if (*end) std::rethrow_exception(*end);
  }

  /// Carries an operation out: `finish(sup->async_stop("api"))`. What happened before its end is in `events`
  /// then: a completion may overtake calls of the event handler.
  template <class Operation>
  error_code finish(Operation operation) {
    begun const it{std::move(operation)};
    return finish(it);
  }
  error_code finish(begun const& it) {
    until([&] { return it.done(); });
    context.poll();
    return it.result();
  }

  /// Starts it, or fails the test.
  void start(worker_spec spec) {
    diagnostics diag;
    auto const ec = finish(sup->async_start(std::move(spec), diag));
    BOOST_REQUIRE_MESSAGE(!ec, ec.message() << ": " << diag.message);
  }
  void start(group_spec spec) {
    diagnostics diag;
    auto const ec = finish(sup->async_start(std::move(spec), diag));
    BOOST_REQUIRE_MESSAGE(!ec, ec.message() << ": " << diag.message);
  }

  worker_status status_of(std::string name, std::size_t index = 0) const {
    auto const found = sup->find({.name = std::move(name), .index = index});
    BOOST_REQUIRE(found.has_value());
    return *found;
  }
  std::string state_of(std::string name, std::size_t index = 0) const {
    return to_string(status_of(std::move(name), index).state);
  }
  pid_t pid_of(std::string name, std::size_t index = 0) const {
    return status_of(std::move(name), index).pid;
  }
};

}  // namespace reeve::test
