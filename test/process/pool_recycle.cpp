// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Workers that are recycled by their tasks or their memory, without a gap and without a loss.

#include "pool_test.hpp"
#include "preconditions.hpp"

#include <map>
#include <set>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(pool_recycle)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;

std::vector<std::vector<char>> eaten;

void eat(std::uint64_t size) { eaten.emplace_back(size, '\1'); }

// Keeps it when it ends.
pid_t eat_and_end(std::uint64_t size) {
  eat(size);
  return ::getpid();
}

// Eats more and more until it is stopped, or dies of it.
void eat_on(std::size_t cell) {
  tasks::board().add(cell);
  while (!this_task::stop_requested()) {
    eat(8 * mib);
    std::this_thread::sleep_for(5ms);
  }
  tasks::board().add(cell + 1);
}

void eat_and_give_up(std::size_t cell) {
  eat_on(cell);
  throw std::runtime_error{"too much"};
}

void eat_until_killed(std::size_t cell) {
  tasks::board().add(cell);
  for (;;) {
    eat(8 * mib);
    std::this_thread::sleep_for(5ms);
  }
}

task_fn<pid_t(std::uint64_t)> const eats_and_ends{"pool_recycle_eat", eat_and_end};
task_fn<void(std::size_t)> const eats_on{"pool_recycle_eat_on", eat_on};
task_fn<void(std::size_t)> const eats_and_gives_up{"pool_recycle_eat_and_give_up", eat_and_give_up};
task_fn<void(std::size_t)> const eats_until_killed{"pool_recycle_eat_until_killed", eat_until_killed};

// A worker of this program uses less than the soft limit, with the address sanitizer too; what is eaten is more.
constexpr std::uint64_t soft = 400 * mib;
constexpr std::uint64_t hard = 600 * mib;

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_that_has_run_its_tasks_is_replaced) {
  auto params = pool_of(1);
  params.max_tasks_per_worker = 10;
  params.max_tasks_jitter = 0;
  pool_rig pool{params};
  pool.start();
  std::vector<submitted<pid_t>> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(pool.submit(worker_pid()));
  std::map<pid_t, int> ran;
  for (auto const& call : calls) ++ran[pool.value_of(call)];
  for (auto const& [pid, count] : ran) BOOST_TEST(count <= 10);
  BOOST_TEST(ran.size() >= 10u);
  pool.until([&] { return pool->status().recycled >= 9; });
  for (auto const& exit : pool.downs) BOOST_TEST(exit.status.success(), to_string(exit));
}

BOOST_AUTO_TEST_CASE(capacity_never_drops_the_replacement_is_up_first) {
  auto params = pool_of(2);
  params.max_tasks_per_worker = 4;
  pool_rig pool{params};
  pool.start();
  pool.require_noted_once(pool.submit_notes(100, 60));
  pool.until([&] { return pool.downs.size() >= 8; });
  BOOST_TEST(pool.fewest_up(2) >= 2);
  BOOST_TEST(pool->status().failed == 0u);
}

BOOST_AUTO_TEST_CASE(one_task_for_each_worker_and_a_close_right_after_the_last_submission_lose_nothing) {
  for (std::size_t const workers : {1U, 2U}) {
    auto params = pool_of(workers);
    params.max_tasks_per_worker = 1;
    pool_rig pool{params};
    pool.start();
    std::vector<submitted<pid_t>> calls;
    for (int i = 0; i < 12; ++i) calls.push_back(pool.submit(worker_pid()));
    begun const close{pool->async_close()};
    std::set<pid_t> pids;
    for (auto const& call : calls) pids.insert(pool.value_of(call));
    BOOST_TEST(pids.size() == 12u);
    BOOST_TEST(!pool.finish(close));
    BOOST_TEST(pool->status().succeeded == 12u);
  }
}

BOOST_AUTO_TEST_CASE(what_was_handed_to_a_worker_beyond_its_last_task_runs_on_its_replacement) {
  auto params = pool_of(1);
  params.max_tasks_per_worker = 3;
  params.max_tasks_jitter = 0;
  params.prefetch = 32;
  pool_rig pool{params};
  pool.start();
  pool.require_noted_once(pool.submit_notes(100, 30));
  BOOST_TEST(pool->status().failed == 0u);
}

BOOST_AUTO_TEST_CASE(a_worker_of_too_much_memory_is_replaced_when_its_task_has_ended,
                     *only_if<without_thread_sanitizer>()) {
  auto params = pool_of(1);
  params.max_memory_per_worker = {.soft = soft};
  pool_rig pool{params};
  pool.start();
  auto const small = pool.value_of(eats_and_ends(mib));
  BOOST_TEST(pool.value_of(worker_pid()) == small);
  auto const big = pool.value_of(eats_and_ends(soft));
  BOOST_TEST(big == small);
  pool.until([&] { return pool->status().recycled == 1; });
  pool.until([&] { return pool.downs.size() == 1; });
  BOOST_TEST(pool.value_of(worker_pid()) != big);
  BOOST_TEST(pool.downs[0].status.success(), to_string(pool.downs[0]));
  BOOST_TEST(pool.fewest_up(1) >= 1);
}

BOOST_AUTO_TEST_CASE(a_task_that_passes_the_soft_memory_limit_is_asked_to_stop,
                     *only_if<without_thread_sanitizer>()) {
  auto params = pool_of(1);
  params.max_memory_per_worker = {.soft = soft};
  pool_rig pool{params};
  pool.start();
  pool.value_of(eats_on(0));
  BOOST_TEST(pool.board[1] == 1u);
  pool.until([&] { return pool->status().recycled == 1; });
}

BOOST_AUTO_TEST_CASE(a_task_that_throws_because_of_the_soft_memory_limit_says_so,
                     *only_if<without_thread_sanitizer>()) {
  auto params = pool_of(1);
  params.max_memory_per_worker = {.soft = soft};
  pool_rig pool{params};
  pool.start();
  auto const error = pool.error_of<task_failed>(pool.submit(eats_and_gives_up(0)));
  BOOST_TEST(error.message() == "too much");
  BOOST_TEST(std::string{error.what()}.find("memory") != std::string::npos, error.what());
}

BOOST_AUTO_TEST_CASE(a_task_that_passes_the_hard_memory_limit_is_ended_and_said_to_have_done_it,
                     *only_if<without_thread_sanitizer>()) {
  auto params = pool_of(1);
  params.max_memory_per_worker = {.soft = soft, .hard = hard};
  pool_rig pool{params};
  pool.start();
  auto const greedy = pool.submit(eats_until_killed(0));
  auto const others = pool.submit_notes(100, 20);
  auto const error = pool.error_of<worker_lost>(greedy);
  BOOST_TEST(error.exit().status.signal() == SIGKILL);
  BOOST_TEST((error.exit().cause == exit_cause::limit), to_string(error.exit()));
  BOOST_TEST(error.exit().task.find("pool_recycle_eat_until_killed") != std::string::npos, error.exit().task);
  BOOST_TEST(error.exit().reason.find("memory") != std::string::npos, error.exit().reason);
  pool.require_noted_once(others);
  BOOST_TEST(pool.board[0] == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
