// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A supervisor with real workers that a test looks at from outside: what they count, print and leave behind.

#include "supervisor_test.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace reeve::test {

/// What has a `to_string`, as text that Boost.Test can print and compare.
template <class T>
std::string text(T const& value) {
  return std::string{to_string(value)};
}

/// A worker that runs the child program of its name.
inline worker_spec child_spec(std::string name, std::vector<std::string> args = {}) {
  return spec_of(name, name, std::move(args));
}

/// A worker of this very program, ready when it says so.
inline worker_spec own_spec(std::string type, std::vector<std::string> args = {}) {
  auto spec = spec_of(type, "/", {});
  spec.command = in_this_program(type, std::move(args));
  spec.ready = ready_when::reported(patience);
  return spec;
}

/// The value of a counter of that name, where there is one.
inline std::optional<std::uint64_t> value_of(std::vector<counter_value> const& all, std::string const& name) {
  auto const found = std::ranges::find(all, name, &counter_value::name);
  return found == all.end() ? std::nullopt : std::optional{found->value};
}

class live_supervisor : public supervisor_fixture {
 public:
  using supervisor_fixture::supervisor_fixture;
  using supervisor_fixture::until;

  supervisor* operator->() { return &*sup; }

  /// Runs the context until something holds that no event announces.
  template <class Condition>
  void soon(Condition condition) {
    auto const deadline = clock::now() + patience;
    auto const work = boost::asio::make_work_guard(context);
    while (!condition()) {
      BOOST_REQUIRE_MESSAGE(clock::now() < deadline, "the condition did not hold within the deadline");
      context.restart();
      context.run_one_for(std::chrono::milliseconds{2});
    }
  }

  /// Runs the context for that long, to see that something does not happen.
  void idle(std::chrono::milliseconds time) {
    context.restart();
    context.run_for(time);
  }

  error_code stop(worker_selector which) { return finish(sup->async_stop(std::move(which))); }
  error_code stop_all() { return finish(sup->async_stop_all()); }
  error_code restart(worker_selector which) { return finish(sup->async_restart(std::move(which))); }
  error_code signal(worker_selector which, int number) {
    return finish(sup->async_signal(std::move(which), number));
  }

  /// Waits for the nth event of that kind, counted from 1; of one name, unless it is empty.
  worker_event await(event_kind kind, std::size_t nth = 1, std::string const& name = {}) {
    until(kind, name, nth);
    return events.of(kind, name).at(nth - 1);
  }

  /// Waits for the nth exit.
  exit_record await_exit(std::size_t nth = 1, std::string const& name = {}) {
    auto const event = await(event_kind::exited, nth, name);
    BOOST_REQUIRE(event.exit);
    return *event.exit;
  }

  std::uint64_t counter(std::string const& worker, std::string const& name) {
    return value_of(status_of(worker).counters, name).value_or(0);
  }

  /// Has the spec's stdout put into `lines`.
  worker_spec captured(worker_spec spec) {
    spec.stdio.out = stdio_target::pipe();
    spec.output.on_line = [this](output_line const& line) { lines.push_back(line); };
    return spec;
  }

  /// Starts a child that prints pids and then "up"; the pids.
  std::vector<pid_t> start_and_read_pids(worker_spec spec) {
    lines.clear();
    start(captured(std::move(spec)));
    until([&] { return !lines.empty() && lines.back().text == "up"; });
    std::vector<pid_t> pids;
    for (auto const& line : lines)
      if (line.text != "up") pids.push_back(static_cast<pid_t>(std::stoi(line.text)));
    return pids;
  }

  std::deque<output_line> lines;
};

}  // namespace reeve::test
