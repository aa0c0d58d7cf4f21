// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Soft and hard limits, of the pool and of one call.

#include "pool_test.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

BOOST_AUTO_TEST_SUITE(pool_limits)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

// Works for that long and looks at nothing meanwhile.
std::uint32_t work(std::size_t cell, std::int64_t milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds});
  return tasks::board().add(cell);
}

// Waits for ever, unless it is cancelled.
asio::awaitable<void> wait_for_ever(std::size_t cell) {
  tasks::board().add(cell);
  struct counted {
    std::size_t cell;
    ~counted() { tasks::board().add(cell); }
  } const at_its_end{cell + 1};
  asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
  co_await never.async_wait(asio::use_awaitable);
}

// Is cancelled, and has a result all the same.
asio::awaitable<int> finish_in_spite() {
  asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
  co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return this_task::stop_requested() ? 17 : 0;
}

task_fn<std::uint32_t(std::size_t, std::int64_t)> const works{"pool_limits_works", work};
// Gives up when it is asked to stop.
void give_up() {
  tasks::wait_for_stop();
  throw std::runtime_error{"gave up"};
}

task_fn<void()> const gives_up{"pool_limits_give_up", give_up};
task_fn<asio::awaitable<void>(std::size_t)> const coroutine_waits{"pool_limits_coroutine", wait_for_ever};
task_fn<asio::awaitable<int>()> const coroutine_finishes{"pool_limits_in_spite", finish_in_spite};

// What the callbacks of the limits were told: "armed soft pool_until_stop".
struct told {
  std::vector<std::string> lines;
  auto callback(std::string verb) {
    return [this, verb = std::move(verb)](task_info const& task, task_limit which) {
      lines.push_back(verb + (which == task_limit::soft ? " soft " : " hard ") + task.name);
    };
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_soft_limit_asks_a_task_to_stop_and_what_it_returns_is_delivered) {
  auto params = pool_of(1);
  params.soft_limit = 50ms;
  pool_rig pool{params};
  pool.start();
  told passed;
  BOOST_TEST(pool.value_of(until_stop(0).with({.on_timeout = passed.callback("passed")})) == 0u);
  BOOST_TEST(pool.board[1] == 1u);
  BOOST_TEST(passed.lines == (std::vector<std::string>{"passed soft pool_until_stop"}),
             boost::test_tools::per_element());
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(a_call_has_limits_of_its_own) {
  auto params = pool_of(1);
  params.soft_limit = 1h;
  params.hard_limit = 2h;
  pool_rig pool{params};
  pool.start();
  BOOST_TEST(pool.value_of(until_stop(0).with({.soft_limit = 20ms})) == 0u);
  auto const error = pool.error_of<task_timed_out>(gate(2).with({.hard_limit = 50ms}));
  BOOST_TEST((error.which() == task_limit::hard));
  BOOST_TEST((error.limit() == 50ms));
}

BOOST_AUTO_TEST_CASE(a_call_may_have_no_limits_where_the_pool_has) {
  auto params = pool_of(1);
  params.soft_limit = 5ms;
  params.hard_limit = 10ms;
  pool_rig pool{params};
  pool.start();
  told passed;
  auto const call =
      works(0, 100).with({.soft_limit = 0s, .hard_limit = 0s, .on_timeout = passed.callback("passed")});
  BOOST_TEST(pool.value_of(call) == 1u);
  BOOST_TEST(passed.lines.empty());
}

BOOST_AUTO_TEST_CASE(a_task_that_ends_because_of_its_soft_limit_has_timed_out) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const error = pool.error_of<task_timed_out>(gives_up().with({.soft_limit = 20ms}));
  BOOST_TEST((error.which() == task_limit::soft));
  BOOST_TEST((error.limit() == 20ms));
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(the_soft_limit_cancels_a_coroutine) {
  auto params = pool_of(1);
  params.soft_limit = 50ms;
  pool_rig pool{params};
  pool.start();
  auto const error = pool.error_of<task_timed_out>(coroutine_waits(0));
  BOOST_TEST((error.which() == task_limit::soft));
  BOOST_TEST((error.limit() == 50ms));
  BOOST_TEST(pool.board[1] == 1u);  // it was unwound
  BOOST_TEST(pool.value_of(coroutine_finishes()) == 17);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(the_hard_limit_kills_the_worker_of_a_task_that_ignores_everything) {
  auto params = pool_of(1);
  params.hard_limit = 100ms;
  pool_rig pool{params};
  pool.start();
  auto const pid = pool.pid_of();
  told passed;
  auto const begun_at = clock::now();
  auto const stuck = pool.submit(never_end(0).with({.on_timeout = passed.callback("passed")}));
  auto const others = pool.submit_notes(100, 20);
  auto const error = pool.error_of<task_timed_out>(stuck);
  BOOST_TEST((error.which() == task_limit::hard));
  BOOST_TEST((error.limit() == 100ms));
  BOOST_TEST((clock::now() - begun_at >= 100ms));
  BOOST_TEST(std::string{error.what()}.find("pool_never_end") != std::string::npos, error.what());
  pool.require_noted_once(others);
  BOOST_TEST(pool.value_of(worker_pid()) != pid);
  BOOST_TEST(pool->status().timeouts == 1u);
  BOOST_REQUIRE(pool.downs.size() == 1);
  BOOST_TEST(pool.downs[0].pid == pid);
  BOOST_TEST((pool.downs[0].cause == exit_cause::limit), to_string(pool.downs[0]));
  BOOST_TEST(pool.downs[0].task.find("pool_never_end") != std::string::npos, pool.downs[0].task);
  BOOST_TEST(passed.lines == (std::vector<std::string>{"passed hard pool_never_end"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_task_is_asked_by_the_soft_limit_before_the_hard_one_kills_it) {
  auto params = pool_of(1);
  params.soft_limit = 50ms;
  params.hard_limit = 200ms;
  pool_rig pool{params};
  pool.start();
  told passed;
  auto const error = pool.error_of<task_timed_out>(gate(0).with({.on_timeout = passed.callback("passed")}));
  BOOST_TEST((error.which() == task_limit::hard));
  BOOST_TEST(passed.lines == (std::vector<std::string>{"passed soft pool_gate", "passed hard pool_gate"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_hard_limit_rules_a_stopped_worker_too) {
  auto params = pool_of(1);
  params.hard_limit = 200ms;
  pool_rig pool{params};
  pool.start();
  auto const task = pool.submit(gate(0));
  pool.until_counted(0);
  ::kill(pool.pid_of(), SIGSTOP);
  pool.error_of<task_timed_out>(task);
  BOOST_TEST(pool.value_of(square(2)) == 4);
}

// Five tasks on one worker, each of less than a third of the limit: together they take longer.
BOOST_AUTO_TEST_CASE(a_limit_is_measured_from_the_start_of_its_task_not_from_its_submission) {
  auto params = pool_of(1);
  params.hard_limit = 1500ms;
  params.soft_limit = 1400ms;
  pool_rig pool{params};
  pool.start();
  told passed;
  std::vector<submitted<std::uint32_t>> all;
  for (std::size_t i = 0; i < 5; ++i)
    all.push_back(pool.submit(works(i, 400).with({.on_timeout = passed.callback("passed")})));
  pool.require_noted_once(all);
  BOOST_TEST(passed.lines.empty());
}

// A worker's heartbeat comes from its loop; while it runs a task, the task's limits rule.
BOOST_AUTO_TEST_CASE(a_blocking_task_is_killed_by_nothing_but_its_limits) {
  auto params = pool_of(1);
  params.claim_within = 100ms;
  params.hard_limit = 1min;
  pool_rig pool{params};
  pool.start();
  auto const slow = pool.submit(works(0, 1500));
  auto const behind = pool.submit_notes(100, 20);
  BOOST_TEST(pool.value_of(slow) == 1u);
  pool.require_noted_once(behind);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(limits_are_told_when_they_are_armed_and_disarmed) {
  told limits;
  auto params = pool_of(1);
  params.soft_limit = 30min;
  params.on_limit_armed = limits.callback("armed");
  params.on_limit_disarmed = limits.callback("disarmed");
  pool_rig pool{params};
  pool.start();
  pool.value_of(square(2));
  pool.until([&] { return limits.lines.size() == 2; });
  BOOST_TEST(
      limits.lines == (std::vector<std::string>{"armed soft pool_square", "disarmed soft pool_square"}),
      boost::test_tools::per_element());
  limits.lines.clear();

  // One that has passed is not disarmed.
  pool.error_of<task_timed_out>(gate(0).with({.soft_limit = 20ms, .hard_limit = 200ms}));
  pool.value_of(note(4).with({.soft_limit = 0s}));
  BOOST_TEST(limits.lines.size() == 2u);
  std::ranges::sort(limits.lines);
  BOOST_TEST(limits.lines == (std::vector<std::string>{"armed hard pool_gate", "armed soft pool_gate"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
