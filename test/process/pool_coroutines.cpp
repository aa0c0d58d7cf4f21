// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Tasks that are coroutines: several at a time on their worker's event loop.

#include "pool_test.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

BOOST_AUTO_TEST_SUITE(pool_coroutines)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

// Gives the loop to others until the cell has that value.
asio::awaitable<void> wait_for(std::size_t cell, std::uint32_t at_least) {
  asio::steady_timer timer{co_await asio::this_coro::executor};
  while (tasks::board()[cell] < at_least) {
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

// Ends when so many are there at a time.
asio::awaitable<pid_t> meet(std::size_t cell, std::uint32_t how_many) {
  tasks::board().add(cell);
  co_await wait_for(cell, how_many);
  co_return ::getpid();
}

// Notes the most that ever were there at a time.
asio::awaitable<void> crowd(std::size_t cell) {
  auto& board = tasks::board();
  auto const now = board.add(cell);
  if (now > board[cell + 1]) board.add(cell + 1, now - board[cell + 1]);
  asio::steady_timer timer{co_await asio::this_coro::executor, 5ms};
  co_await timer.async_wait(asio::use_awaitable);
  board.add(cell, static_cast<std::uint32_t>(-1));
}

std::string who() {
  return std::to_string(this_task::id()) + ' ' + std::to_string(this_task::attempt()) + ' ' +
         this_task::correlation_id();
}

// Whether it is the same task before and after each of its suspensions; who it is.
asio::awaitable<std::string> same_after_suspension(std::size_t cell, std::uint32_t how_many) {
  auto const me = who();
  co_await meet(cell, how_many);
  for (int i = 0; i < 20; ++i) {
    if (who() != me) co_return "another: " + who();
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  }
  this_task::progress(0.5);
  co_return who() == me ? me : "another: " + who();
}

asio::awaitable<void> stays(std::size_t cell) {
  struct counted {
    std::size_t cell;
    ~counted() { tasks::board().add(cell); }
  } const at_its_end{cell + 1};
  tasks::board().add(cell);
  co_await wait_for(cell + 2, 1);
}

asio::awaitable<int> throws() {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  throw std::domain_error{"after a suspension"};
}

// Holds the loop.
asio::awaitable<void> blocks(std::size_t cell) {
  tasks::never_end(cell);
  co_return;
}

asio::awaitable<std::string> takes_text(std::string const& text) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  co_return text + text;
}

using asio::awaitable;
task_fn<awaitable<pid_t>(std::size_t, std::uint32_t)> const meets{"pool_coroutines_meet", meet};
task_fn<awaitable<void>(std::size_t)> const crowds{"pool_coroutines_crowd", crowd};
task_fn<awaitable<std::string>(std::size_t, std::uint32_t)> const is_same{"pool_coroutines_same",
                                                                          same_after_suspension};
task_fn<awaitable<void>(std::size_t)> const stay{"pool_coroutines_stay", stays};
task_fn<awaitable<int>()> const throw_it{"pool_coroutines_throw", throws};
task_fn<awaitable<void>(std::size_t)> const block{"pool_coroutines_block", blocks};
task_fn<awaitable<std::string>(std::string const&)> const twice{"pool_coroutines_twice", takes_text};

struct running_pool : pool_rig {
  explicit running_pool(std::size_t concurrency) : pool_rig{with(concurrency)} { start(); }
  static pool_params with(std::size_t concurrency) {
    auto params = pool_of(1);
    params.concurrency = concurrency;
    params.cancel_grace = 10s;
    return params;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(eight_run_at_once_in_one_worker) {
  running_pool pool{8};
  std::vector<submitted<pid_t>> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(pool.submit(meets(0, 8)));
  for (auto const& call : calls) BOOST_TEST(pool.value_of(call) == pool.pid_of());
}

BOOST_AUTO_TEST_CASE(no_more_run_at_once_than_are_allowed) {
  for (std::size_t const concurrency : {1U, 4U}) {
    running_pool pool{concurrency};
    std::vector<submitted<void>> calls;
    for (int i = 0; i < 40; ++i) calls.push_back(pool.submit(crowds(0)));
    for (auto const& call : calls) pool.value_of(call);
    BOOST_TEST(pool.board[0] == 0u);
    BOOST_TEST(pool.board[1] <= concurrency);
    BOOST_TEST(pool.board[1] >= std::min<std::size_t>(concurrency, 2));
  }
}

BOOST_AUTO_TEST_CASE(a_task_is_itself_again_after_each_suspension) {
  running_pool pool{8};
  std::vector<submitted<std::string>> calls;
  for (std::size_t i = 0; i < 8; ++i)
    calls.push_back(pool.submit(is_same(0, 8).with({.correlation_id = "c" + std::to_string(i)})));
  for (std::size_t i = 0; i < 8; ++i)
    BOOST_TEST(pool.value_of(calls[i]) == std::to_string(i + 1) + " 1 c" + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_coroutine_may_keep_references_to_its_arguments) {
  running_pool pool{4};
  auto const text = std::string(100'000, 'a');
  BOOST_TEST((pool.value_of(twice(text)) == text + text));
}

BOOST_AUTO_TEST_CASE(what_a_coroutine_throws_arrives) {
  running_pool pool{4};
  auto const error = pool.error_of<task_failed>(throw_it());
  BOOST_TEST(error.type() == "std::domain_error");
  BOOST_TEST(error.message() == "after a suspension");
}

BOOST_AUTO_TEST_CASE(one_is_cancelled_and_those_beside_it_go_on) {
  running_pool pool{4};
  auto one = pool.submit(stay(0));
  auto const other = pool.submit(stay(10));
  pool.until_counted(0);
  pool.until_counted(10);
  one.cancel();
  pool.require_aborted(one);
  BOOST_TEST(pool.board[1] == 1u);
  BOOST_TEST(!other.done());
  BOOST_TEST(pool.board[11] == 0u);
  pool.board.add(12);
  pool.value_of(other);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(one_passes_its_soft_limit_and_those_beside_it_go_on) {
  running_pool pool{4};
  auto const one = pool.submit(stay(0).with({.soft_limit = 50ms}));
  auto const other = pool.submit(stay(10));
  pool.until_counted(10);
  BOOST_TEST((pool.error_of<task_timed_out>(one).which() == task_limit::soft));
  pool.board.add(12);
  pool.value_of(other);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(one_that_passes_its_hard_limit_takes_those_beside_it_with_it) {
  running_pool pool{4};
  auto const beside = pool.submit(stay(10));
  auto const retried = pool.submit(meets(20, 2).with({.max_attempts = 2}));
  pool.until_counted(10);
  pool.until_counted(20);
  auto const holds = pool.submit(block(0).with({.hard_limit = 100ms}));
  auto const behind = pool.submit_notes(100, 10);
  BOOST_TEST((pool.error_of<task_timed_out>(holds).which() == task_limit::hard));
  pool.error_of<worker_lost>(beside);
  pool.value_of(retried);  // its second start is the second one there
  pool.require_noted_once(behind);
  BOOST_TEST(pool.board[10] == 1u);
}

BOOST_AUTO_TEST_CASE(all_that_a_worker_ran_are_lost_with_it) {
  running_pool pool{8};
  std::vector<submitted<void>> calls;
  for (std::size_t i = 0; i < 8; ++i) calls.push_back(pool.submit(stay(10 * i)));
  for (std::size_t i = 0; i < 8; ++i) pool.until_counted(10 * i);
  ::kill(pool.pid_of(), SIGKILL);
  for (auto const& call : calls) pool.error_of<worker_lost>(call);
  BOOST_TEST(pool->status().losses == 1u);
  BOOST_TEST(pool.value_of(square(3)) == 9);
}

BOOST_AUTO_TEST_CASE(functions_and_coroutines_run_in_one_pool) {
  running_pool pool{4};
  auto const waiting = pool.submit(stay(0));
  pool.until_counted(0);
  pool.require_noted_once(pool.submit_notes(100, 50));  // beside a coroutine that waits
  pool.board.add(2);
  pool.value_of(waiting);
}

BOOST_AUTO_TEST_CASE(closing_waits_for_coroutines) {
  running_pool pool{4};
  auto const one = pool.submit(stay(0));
  auto const other = pool.submit(stay(10));
  pool.until_counted(0);
  pool.until_counted(10);
  begun const close{pool->async_close()};
  pool.idle(20ms);
  BOOST_TEST(!close.done());
  pool.board.add(2);
  pool.board.add(12);
  BOOST_TEST(!pool.finish(close));
  BOOST_TEST(one.result().has_value());
  BOOST_TEST(other.result().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
