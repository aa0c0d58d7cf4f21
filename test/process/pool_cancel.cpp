// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Calls that are cancelled: before their start they never run, after it they are asked to stop and then killed.

#include "pool_test.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

BOOST_AUTO_TEST_SUITE(pool_cancel)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

asio::awaitable<void> wait_for_ever(std::size_t cell) {
  tasks::board().add(cell);
  struct counted {
    std::size_t cell;
    ~counted() { tasks::board().add(cell); }
  } const at_its_end{cell + 1};
  asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
  co_await never.async_wait(asio::use_awaitable);
}

task_fn<asio::awaitable<void>(std::size_t)> const coroutine_waits{"pool_cancel_coroutine", wait_for_ever};

// A pool whose only worker is busy.
struct busy_pool : pool_rig {
  submitted<std::size_t> busy;
  explicit busy_pool(pool_params params = pool_of(1)) : pool_rig{std::move(params)}, busy{enter()} {}
  submitted<std::size_t> enter() {
    start();
    return enter_gate(0);
  }
  // Nothing but what was not cancelled runs then.
  void release() {
    open_gate(0);
    BOOST_TEST(value_of(busy) == 0u);
    BOOST_TEST(value_of(square(3)) == 9);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_task_that_was_handed_to_a_worker_and_has_not_started_never_runs) {
  busy_pool pool;
  auto task = pool.submit(note(10));
  pool.until([&] { return pool->status().dispatched == 2; });
  task.cancel();
  pool.require_aborted(task);  // at once: the worker is still busy
  pool.release();
  BOOST_TEST(pool.board[10] == 0u);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_for_a_worker_never_runs) {
  auto params = pool_of(1);
  params.prefetch = 0;
  busy_pool pool{params};
  auto task = pool.submit(note(10));
  pool.until([&] { return pool->status().queued == 1; });
  task.cancel();
  pool.require_aborted(task);
  pool.release();
  BOOST_TEST(pool.board[10] == 0u);
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_for_its_admission_never_runs) {
  auto params = pool_of(1);
  params.max_in_flight = 1;
  busy_pool pool{params};
  auto task = pool.submit(note(10));
  auto const next = pool.submit(note(11));
  pool.until([&] { return pool->status().waiting == 2; });
  task.cancel();
  pool.require_aborted(task);
  pool.release();
  BOOST_TEST(pool.value_of(next) == 1u);
  BOOST_TEST(pool.board[10] == 0u);
}

BOOST_AUTO_TEST_CASE(a_task_that_waits_for_the_start_of_the_pool_never_runs) {
  pool_rig pool{pool_of(1)};
  begun const start{pool->async_start()};
  auto task = pool.submit(note(10));
  task.cancel();
  pool.require_aborted(task);
  BOOST_TEST(!pool.finish(start));
  BOOST_TEST(pool.value_of(square(3)) == 9);
  BOOST_TEST(pool.board[10] == 0u);
}

BOOST_AUTO_TEST_CASE(a_hundred_of_two_hundred_waiting_tasks_are_cancelled_and_the_others_run) {
  busy_pool pool;
  auto all = pool.submit_notes(100, 200);
  pool.until([&] { return pool->status().submitted == 201; });
  for (std::size_t i = 0; i < 200; i += 2) all[i].cancel();
  for (std::size_t i = 0; i < 200; i += 2) pool.require_aborted(all[i]);
  pool.release();
  for (std::size_t i = 0; i < 200; ++i) {
    if (i % 2 == 1) BOOST_TEST(pool.value_of(all[i]) == 1u);
    BOOST_TEST(pool.board[100 + i] == i % 2);
  }
}

BOOST_AUTO_TEST_CASE(a_worker_that_slept_through_a_thousand_cancelled_tasks_takes_the_next) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto const pid = pool.value_of(worker_pid());
  ::kill(pid, SIGSTOP);
  for (int i = 0; i < 1000; ++i) {
    auto task = pool.submit(note(10));
    task.cancel();
    pool.require_aborted(task);
  }
  auto const next = pool.submit(note(11));
  pool.idle(20ms);
  ::kill(pid, SIGCONT);
  BOOST_TEST(pool.value_of(next) == 1u);
  BOOST_TEST(pool.board[10] == 0u);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(a_running_task_gets_its_stop_token) {
  for (auto const type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                          asio::cancellation_type::total}) {
    pool_rig pool{pool_of(1)};
    pool.start();
    auto task = pool.submit(until_stop(0));
    pool.until_counted(0);
    task.cancel(type);
    pool.require_aborted(task);
    BOOST_TEST(pool.board[1] == 1u);
    BOOST_TEST(pool.value_of(square(3)) == 9);
    BOOST_TEST(pool.downs.empty());  // by the same worker
  }
}

BOOST_AUTO_TEST_CASE(the_stop_of_one_task_is_not_the_next_ones) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto task = pool.submit(until_stop(0));
  auto const next = pool.submit(gate(10));
  pool.until_counted(0);
  task.cancel();
  pool.require_aborted(task);
  pool.until_counted(10);
  auto stopped = pool.submit(until_stop(20));
  pool.open_gate(10);
  BOOST_TEST(pool.value_of(next) == 10u);
  pool.until_counted(20);
  pool.idle(50ms);
  BOOST_TEST(pool.board[21] == 0u);
  stopped.cancel();
  pool.require_aborted(stopped);
}

BOOST_AUTO_TEST_CASE(a_running_coroutine_is_cancelled_and_unwound) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto task = pool.submit(coroutine_waits(0));
  pool.until_counted(0);
  task.cancel();
  pool.require_aborted(task);
  BOOST_TEST(pool.board[1] == 1u);
  BOOST_TEST(pool.value_of(square(3)) == 9);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(a_task_that_ignores_it_is_killed_after_the_grace) {
  auto params = pool_of(1);
  params.cancel_grace = 100ms;
  pool_rig pool{params};
  pool.start();
  auto const pid = pool.pid_of();
  auto task = pool.submit(never_end(0));
  auto const others = pool.submit_notes(100, 20);
  pool.until_counted(0);
  auto const cancelled_at = clock::now();
  task.cancel();
  pool.require_aborted(task);
  BOOST_TEST((clock::now() - cancelled_at >= 100ms));
  pool.require_noted_once(others);
  BOOST_TEST(pool.value_of(worker_pid()) != pid);
}

BOOST_AUTO_TEST_CASE(with_no_grace_it_is_killed_at_once) {
  auto params = pool_of(1);
  params.cancel_grace = 0s;
  pool_rig pool{params};
  pool.start();
  auto task = pool.submit(gate(0));
  pool.until_counted(0);
  task.cancel();
  pool.require_aborted(task);
  BOOST_TEST(pool.value_of(square(3)) == 9);
  BOOST_TEST(pool.downs.size() == 1u);
}

BOOST_AUTO_TEST_CASE(cancelling_twice_or_too_late_does_nothing) {
  pool_rig pool{pool_of(1)};
  pool.start();
  auto task = pool.submit(until_stop(0));
  pool.until_counted(0);
  task.cancel();
  task.cancel();
  pool.require_aborted(task);
  auto done = pool.submit(square(5));
  BOOST_TEST(pool.value_of(done) == 25);
  done.cancel();
  BOOST_TEST(pool.value_of(square(3)) == 9);
  BOOST_TEST(pool.downs.empty());
}

BOOST_AUTO_TEST_CASE(a_call_with_a_timer_beside_it_is_cancelled_by_the_timer) {
  pool_rig pool{pool_of(1)};
  pool.start();
  pool.run([&]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer{pool.context, 30ms};
    auto const first = co_await (pool->async_apply(until_stop(0), asio::use_awaitable) ||
                                 timer.async_wait(asio::use_awaitable));
    BOOST_TEST(first.index() == 1u);
  });
  BOOST_TEST(pool.board[0] == pool.board[1]);
}

BOOST_AUTO_TEST_CASE(a_call_cancelled_by_one_thread_while_another_completes_it_ends_once) {
  pool_rig pool{pool_of(2)};
  std::atomic<int> ended = 0;
  constexpr int rounds = 300;
  {
    context_threads const threads{pool.context, 2};
    get_soon(pool->async_start(asio::use_future));
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    for (int i = 0; i < rounds; ++i) {
      auto& signal = *signals.emplace_back(std::make_unique<asio::cancellation_signal>());
      auto const strand = asio::make_strand(pool.context);
      asio::dispatch(strand, [&, strand] {
        pool->async_apply(
            square(1),
            asio::bind_cancellation_slot(
                signal.slot(), asio::bind_executor(strand, [&](std::exception_ptr, int) { ++ended; })));
        asio::post(strand, [&] { signal.emit(asio::cancellation_type::terminal); });
      });
    }
    require_soon([&] { return ended == rounds; });
    get_soon(pool->async_close(asio::use_future));
  }
  auto const status = pool->status();
  BOOST_TEST(status.submitted == static_cast<std::uint64_t>(rounds));
  BOOST_TEST(status.succeeded + status.failed == static_cast<std::uint64_t>(rounds));
}

BOOST_AUTO_TEST_CASE(cancelling_a_wait_ends_only_the_waiting) {
  busy_pool pool;
  begun join{pool->async_join()};
  begun close{pool->async_close()};
  pool.idle(10ms);
  for (auto* const waiting : {&join, &close}) {
    BOOST_TEST(!waiting->done());
    waiting->cancel();
    BOOST_TEST(pool.finish(*waiting) == aborted);
  }
  BOOST_TEST(pool.state() == "closing");
  pool.open_gate(0);
  BOOST_TEST(pool.value_of(pool.busy) == 0u);
  BOOST_TEST(!pool.finish(pool->async_join()));
}

BOOST_AUTO_TEST_SUITE_END()
