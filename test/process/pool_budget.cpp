// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Initializers, starts that fail, and a pool that gives up: never a storm of restarts, never a task that hangs.

#include "pool_test.hpp"

BOOST_AUTO_TEST_SUITE(pool_budget)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

// Counts itself, and what it is told to remember. Throws as long as the cell after its own is zero.
std::string remembered;

void initialize(std::size_t cell, std::string const& what) {
  remembered += what;
  tasks::board().add(cell);
  if (what == "fail" && tasks::board()[cell + 1] == 0) throw std::domain_error{"no database"};
  if (what == "die") std::_Exit(9);
}

std::string recall() { return remembered; }

task_fn<void(std::size_t, std::string)> const init{"pool_budget_init", initialize};
task_fn<std::string()> const recalled{"pool_budget_recall", recall};

}  // namespace

BOOST_AUTO_TEST_CASE(the_initializer_runs_in_each_worker_before_its_first_task_and_once) {
  auto params = pool_of(2);
  params.initializer = init(0, "ready");
  params.max_tasks_per_worker = 5;
  params.max_tasks_jitter = 0;
  pool_rig pool{params};
  begun const start{pool->async_start()};
  auto const early = pool.submit(recalled());
  BOOST_TEST(!pool.finish(start));
  BOOST_TEST(pool.board[0] == 2u);
  BOOST_TEST(pool.value_of(early) == "ready");
  for (int i = 0; i < 30; ++i) BOOST_TEST(pool.value_of(recalled()) == "ready");
  BOOST_TEST(!pool.finish(pool->async_close()));
  BOOST_TEST(pool.board[0] >= pool.ups.size());  // one may have ended before it was ready
  BOOST_TEST(pool.ups.size() >= 6u);
}

BOOST_AUTO_TEST_CASE(an_initializer_that_throws_fails_the_start_with_its_message) {
  auto params = pool_of(1);
  params.initializer = init(0, "fail");
  pool_rig pool{params};
  diagnostics diag;
  BOOST_TEST(pool.finish(pool->async_start(diag)) == make_error_code(error::exited_before_ready));
  BOOST_TEST(diag.message.find("no database") != std::string::npos, diag.message);
  BOOST_TEST(diag.exit.has_value());
  BOOST_TEST(pool.state() == "idle");
  pool.until([&] { return !has_children(); });
  pool.idle(100ms);  // twenty of its delays
  BOOST_TEST(pool.board[0] == 1u);

  pool.board.add(1);  // it is mended: the pool may be started again
  pool.start();
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(an_initializer_that_kills_its_worker_fails_the_start) {
  auto params = pool_of(3);
  params.initializer = init(0, "die");
  pool_rig pool{params};
  diagnostics diag;
  begun const start{pool->async_start(diag)};
  auto const early = pool.submit(note(10));
  BOOST_TEST(pool.finish(start) == make_error_code(error::exited_before_ready));
  BOOST_REQUIRE(diag.exit.has_value());
  BOOST_TEST(diag.exit->status == exit_status::from_code(9));
  pool.error_of<pool_closed>(early);
  pool.until([&] { return !has_children(); });
  BOOST_TEST(pool.board[0] <= 3u);
}

BOOST_AUTO_TEST_CASE(an_initializer_that_fails_later_spends_the_budget_and_ends_all_tasks) {
  auto params = pool_of(1);
  params.restart.max_restarts = 3;
  params.initializer = init(0, "fail");
  pool_rig pool{params};
  pool.board.add(1);
  pool.start();
  pool.board.add(1, static_cast<std::uint32_t>(-1));  // from now on it fails
  auto const bad = pool.submit(deed(10, "kill"));
  auto const waiting = pool.submit_notes(100, 20);
  pool.error_of<worker_lost>(bad);
  for (auto const& task : waiting) pool.error_of<pool_closed>(task);
  BOOST_TEST(pool.finish(pool->async_join()) == make_error_code(error::restart_limit));
  BOOST_TEST(pool.state() == "failed");
  BOOST_TEST(pool.board[0] <= 1u + 1 + 3);  // the first one, its replacement, and the budget
  pool.error_of<pool_closed>(note(10));
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_with_nothing_to_do_spends_the_budget) {
  auto params = pool_of(1);
  params.restart.max_restarts = 2;
  pool_rig pool{params};
  pool.start();
  for (std::size_t exits = 1; exits <= 3; ++exits) {
    pool.until([&] { return pool.ups.size() == exits; });
    ::kill(pool.pid_of(), SIGKILL);
    pool.until([&] { return pool.downs.size() == exits; });
  }
  BOOST_TEST(pool.finish(pool->async_join()) == make_error_code(error::restart_limit));
  BOOST_TEST(pool.state() == "failed");
  pool.error_of<pool_closed>(note(10));
}

// The task is with the worker, but has not started: it is not the task's fault.
BOOST_AUTO_TEST_CASE(a_task_that_has_not_started_ends_when_the_pool_gives_up) {
  auto params = pool_of(1);
  params.restart.max_restarts = 0;
  pool_rig pool{params};
  pool.start();
  auto const pid = pool.value_of(worker_pid());
  ::kill(pid, SIGSTOP);
  auto const notes = pool.submit_notes(100, 100);
  pool.until([&] { return pool->status().submitted == 101; });
  ::kill(pid, SIGKILL);
  for (auto const& task : notes) pool.error_of<pool_closed>(task);
  for (std::size_t i = 0; i < 100; ++i) BOOST_TEST(pool.board[100 + i] == 0u);
  BOOST_TEST(pool.finish(pool->async_join()) == make_error_code(error::restart_limit));
}

// One worker's budget is the pool's: what the others run ends with it.
BOOST_AUTO_TEST_CASE(what_other_workers_run_ends_when_the_pool_gives_up) {
  auto params = pool_of(2);
  params.restart.max_restarts = 0;
  pool_rig pool{params};
  pool.start();
  auto const busy = pool.enter_gate(0);
  auto const workers = pool->status().workers;
  auto const idle = std::ranges::find(workers, 0U, &pool_worker_status::tasks);
  BOOST_REQUIRE((idle != workers.end()));
  ::kill(idle->pid, SIGKILL);
  pool.error_of<pool_closed>(busy);
  BOOST_TEST(pool.finish(pool->async_join()) == make_error_code(error::restart_limit));
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_program_that_is_no_worker_fails_the_start_and_what_waits_for_it) {
  auto params = pool_of(2);
  params.program = command{child_program("exit_with"), "5"};
  pool_rig pool{params};
  diagnostics diag;
  begun const start{pool->async_start(diag)};
  auto const early = pool.submit_notes(100, 20);
  BOOST_TEST(pool.finish(start) == make_error_code(error::exited_before_ready));
  BOOST_REQUIRE(diag.exit.has_value());
  BOOST_TEST(diag.exit->status == exit_status::from_code(5));
  for (auto const& task : early) pool.error_of<pool_closed>(task);
  BOOST_TEST(!pool.finish(pool->async_close()));
}

BOOST_AUTO_TEST_SUITE_END()
