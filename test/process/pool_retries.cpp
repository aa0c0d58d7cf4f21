// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Tasks that may be attempted again when their worker dies, and those that always kill it.

#include "pool_test.hpp"

BOOST_AUTO_TEST_SUITE(pool_retries)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

struct running_pool : pool_rig {
  explicit running_pool(std::size_t workers) : pool_rig{pool_of(workers)} { start(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_task_that_may_be_retried_survives_its_worker) {
  running_pool pool{2};
  std::vector<std::size_t> attempts;
  std::vector<worker_id> workers;
  auto const call =
      deed_in_attempts(0, "kill", 2).with({.max_attempts = 3, .on_accepted = [&](auto const& task) {
                                             attempts.push_back(task.attempt);
                                             workers.push_back(task.worker);
                                           }});
  BOOST_TEST(pool.value_of(call) == 3u);
  BOOST_TEST(pool.board[0] == 3u);
  BOOST_TEST(pool->status().retried == 2u);
  BOOST_TEST(pool->status().losses == 2u);
  BOOST_TEST(pool->status().failed == 0u);
  BOOST_TEST(attempts == (std::vector<std::size_t>{1, 2, 3}), boost::test_tools::per_element());
  BOOST_TEST((workers[0] != workers[1] && workers[1] != workers[2] && workers[0] != workers[2]));
}

BOOST_AUTO_TEST_CASE(a_task_that_may_not_be_retried_is_started_once) {
  running_pool pool{2};
  pool.error_of<worker_lost>(deed_in_attempts(0, "kill", 1));
  BOOST_TEST(pool.value_of(square(2)) == 4);
  BOOST_TEST(pool.board[0] == 1u);
  BOOST_TEST(pool->status().retried == 0u);
}

BOOST_AUTO_TEST_CASE(a_poison_task_is_quarantined_and_the_pool_goes_on) {
  auto params = pool_of(1);
  params.restart.max_restarts = 1;  // exits of workers that ran a task do not count
  pool_rig pool{params};
  pool.start();
  auto const poison = pool.submit(deed(0, "segfault").with({.max_attempts = 4, .correlation_id = "poison"}));
  auto const others = pool.submit_notes(100, 50);
  auto const error = pool.error_of<task_quarantined>(poison);
  BOOST_TEST(error.attempts() == 4u);
  BOOST_TEST(error.exit().status.signal() == SIGSEGV);
  BOOST_TEST(std::string{error.what()}.find("poison") != std::string::npos, error.what());
  BOOST_TEST(pool.board[0] == 4u);
  pool.require_noted_once(others);
  BOOST_TEST(pool.state() == "running");
  BOOST_TEST(pool->status().losses == 4u);
  BOOST_TEST(pool->status().retried == 3u);
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(many_poison_tasks_at_once_spend_no_restart_budget) {
  auto params = pool_of(2);
  params.restart.max_restarts = 1;
  pool_rig pool{params};
  pool.start();
  std::vector<submitted<std::size_t>> poison;
  for (std::size_t i = 0; i < 6; ++i)
    poison.push_back(pool.submit(deed(i, "kill").with({.max_attempts = 2})));
  auto const others = pool.submit_notes(100, 50);
  for (auto const& task : poison) BOOST_TEST(pool.error_of<task_quarantined>(task).attempts() == 2u);
  pool.require_noted_once(others);
  BOOST_TEST(pool.state() == "running");
}

BOOST_AUTO_TEST_CASE(a_task_that_throws_is_not_attempted_again) {
  running_pool pool{1};
  pool.error_of<task_failed>(deed(0, "throw").with({.max_attempts = 5}));
  BOOST_TEST(pool.value_of(square(2)) == 4);
  BOOST_TEST(pool.board[0] == 1u);
}

BOOST_AUTO_TEST_CASE(a_hard_limit_ends_a_task_for_good) {
  running_pool pool{1};
  auto const error =
      pool.error_of<task_timed_out>(never_end(0).with({.hard_limit = 50ms, .max_attempts = 5}));
  BOOST_TEST((error.which() == task_limit::hard));
  BOOST_TEST(pool.value_of(square(2)) == 4);
  BOOST_TEST(pool.board[0] == 1u);
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_a_task_for_good) {
  auto params = pool_of(1);
  params.cancel_grace = 0s;
  pool_rig pool{params};
  pool.start();
  auto task = pool.submit(never_end(0).with({.max_attempts = 5}));
  pool.until_counted(0);
  task.cancel();
  pool.require_aborted(task);
  BOOST_TEST(pool.value_of(square(2)) == 4);
  BOOST_TEST(pool.board[0] == 1u);
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_for_its_retry_can_be_cancelled) {
  auto params = pool_of(1);
  params.restart.delay = params.restart.max_delay = 1h;
  params.cancel_grace = 0s;
  pool_rig pool{params};
  pool.start();
  auto task = pool.submit(gate(0).with({.max_attempts = 3}));
  pool.until_counted(0);
  ::kill(pool.pid_of(), SIGKILL);
  pool.until([&] { return pool.downs.size() == 1; });
  BOOST_TEST(!task.done());
  task.cancel();
  pool.require_aborted(task);
}

BOOST_AUTO_TEST_SUITE_END()
