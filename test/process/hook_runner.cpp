// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/hook_runner.hpp"

#include "hook_rig.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
using reeve::health_result;
using reeve::worker_view;
using namespace reeve::test;
using namespace std::chrono_literals;

namespace {

/// Suspends until it is released or cancelled, or until it is released only.
struct hook_gate {
  explicit hook_gate(asio::io_context& io) : timer{io, asio::steady_timer::time_point::max()} {}

  asio::awaitable<health_result> wait(bool ignores_cancellation) {
    entered = true;
    if (ignores_cancellation)
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    try {
      if (!released) co_await timer.async_wait(asio::use_awaitable);
    } catch (boost::system::system_error const&) {
      // Released, or cancelled: the flag tells.
    }
    cancelled = !released;
    co_return health_result{true, "late"};
  }

  reeve::health_hook hook(bool ignores_cancellation = false) {
    return [this, ignores_cancellation](worker_view) { return wait(ignores_cancellation); };
  }

  void release() {
    released = true;
    timer.cancel();
  }

  asio::steady_timer timer;
  bool entered = false;
  bool released = false;
  bool cancelled = false;
};

asio::awaitable<health_result> healthy(worker_view) { co_return health_result{}; }

asio::awaitable<health_result> throwing(worker_view) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  throw std::runtime_error{"the database is gone"};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hook_runner, hook_rig)

BOOST_AUTO_TEST_CASE(a_hook_is_given_the_worker_and_its_result_comes_once) {
  worker_view seen;
  reeve::hook_runner runner{strand, io.get_executor()};
  auto const hook = [&](worker_view view) -> asio::awaitable<health_result> {
    seen = view;
    co_return health_result{false, "low on disk"};
  };
  on_strand([&] { runner.run(hook, view_of(7, 3), never, taker()); });
  BOOST_TEST(run_until([&] { return !results.empty(); }));
  settle();
  BOOST_REQUIRE(results.size() == 1u);
  BOOST_TEST(!results[0].ok);
  BOOST_TEST(results[0].reason == "low on disk");
  BOOST_TEST(seen.worker.index == 7u);
  BOOST_TEST(seen.worker.generation == 3u);
  BOOST_TEST(!runner.busy());
}

BOOST_AUTO_TEST_CASE(a_throwing_hook_is_a_failure_with_its_message) {
  auto const result = result_of(throwing);
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason == "the database is gone");
}

BOOST_AUTO_TEST_CASE(a_hook_that_throws_before_it_suspends_is_a_failure) {
  auto const result =
      result_of([](worker_view) -> asio::awaitable<health_result> { throw std::runtime_error{"at once"}; });
  BOOST_TEST(result.reason == "at once");
  auto const other = result_of([](worker_view view) -> asio::awaitable<health_result> {
    if (view.pid == 1) throw 42;
    co_return health_result{};
  });
  BOOST_TEST(!other.ok);
  BOOST_TEST(!other.reason.empty());
}

BOOST_AUTO_TEST_CASE(an_empty_hook_is_a_failure) {
  auto const result = result_of({});
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason == "the hook is empty");
}

BOOST_AUTO_TEST_CASE(a_hook_past_its_timeout_is_cancelled) {
  hook_gate held{io};
  auto const result = result_of(held.hook(), 50ms);
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason == "timed out after 50 ms");
  BOOST_TEST(held.cancelled);
  BOOST_TEST(results.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_hook_that_ignores_its_cancellation_is_not_waited_for) {
  hook_gate held{io};
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, held.hook(true), 1s);
  BOOST_TEST(run_until([&] { return !results.empty(); }));
  BOOST_TEST(results.at(0).reason == "timed out after 1 s");
  BOOST_TEST(runner.busy());

  // No second one is started beside it.
  run(runner, healthy);
  run(runner, healthy);
  BOOST_TEST(run_until([&] { return results.size() == 3; }));
  BOOST_TEST(!results.at(1).ok);
  BOOST_TEST(results.at(1).reason == "the previous check has not ended");

  held.release();
  BOOST_TEST(run_until([&] { return !runner.busy(); }));
  run(runner, healthy);
  BOOST_TEST(run_until([&] { return results.size() == 4; }));
  BOOST_TEST(results.at(3).ok);
  settle();
  BOOST_TEST(results.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_run_beside_an_awaited_one_does_not_disturb_it) {
  hook_gate held{io};
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, held.hook());
  BOOST_TEST(run_until([&] { return held.entered; }));
  run(runner, healthy);
  BOOST_TEST(run_until([&] { return results.size() == 1; }));
  BOOST_TEST(results.at(0).reason == "the previous check has not ended");
  held.release();
  BOOST_TEST(run_until([&] { return results.size() == 2; }));
  BOOST_TEST(results.at(1).ok);
}

BOOST_AUTO_TEST_CASE(a_late_result_never_reaches_the_next_generation) {
  hook_gate held{io};
  std::optional<reeve::hook_runner> first{std::in_place, strand, io.get_executor()};
  run(*first, held.hook(true), 1ms);
  BOOST_TEST(run_until([&] { return results.size() == 1; }));
  on_strand([&] { first.reset(); });

  reeve::hook_runner second{strand, io.get_executor()};
  hook_gate next{io};
  run(second, next.hook());
  held.release();
  next.release();
  settle();
  BOOST_REQUIRE(results.size() == 2u);
  BOOST_TEST(results[1].ok);
}

BOOST_AUTO_TEST_CASE(nobody_is_called_after_a_cancel) {
  hook_gate held{io};
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, held.hook());
  BOOST_TEST(run_until([&] { return held.entered; }));
  on_strand([&] {
    runner.run(healthy, view_of(0), never, taker());  // refused, and that is on its way
    runner.cancel();
    runner.cancel();
  });
  settle();
  BOOST_TEST(held.cancelled);
  BOOST_TEST(!runner.busy());
  BOOST_TEST(results.empty());

  run(runner, healthy);
  BOOST_TEST(run_until([&] { return results.size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_hook_cancelled_before_it_began_does_not_begin) {
  hook_gate held{io};
  reeve::hook_runner runner{strand, io.get_executor()};
  on_strand([&] {
    runner.run(held.hook(), view_of(0), never, taker());
    runner.cancel();
  });
  settle();
  BOOST_TEST(!held.entered);
  BOOST_TEST(!runner.busy());
}

BOOST_AUTO_TEST_CASE(a_result_that_is_under_way_is_dropped_by_a_cancel) {
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, throwing);
  // Step by step, until the hook has ended and its result is queued.
  BOOST_TEST(run_until([&] { return !runner.busy(); }));
  BOOST_REQUIRE(results.empty());
  runner.cancel();
  settle();
  BOOST_TEST(results.empty());
}

BOOST_AUTO_TEST_CASE(a_runner_may_be_destroyed_at_any_step) {
  for (int steps = 0; steps < 12; ++steps) {
    hook_gate held{io};
    std::optional<reeve::hook_runner> runner{std::in_place, strand, io.get_executor()};
    run(*runner, held.hook(steps % 2 == 0), 1ms);
    for (int i = 0; i < steps; ++i) io.poll_one();
    runner.reset();
    auto const known = results.size();
    held.release();
    settle();
    BOOST_TEST(results.size() == known);
  }
}

BOOST_AUTO_TEST_CASE(a_callback_may_destroy_the_runner) {
  for (auto const timeout :
       {std::chrono::steady_clock::duration{never}, std::chrono::steady_clock::duration{0}}) {
    hook_gate held{io};
    std::optional<reeve::hook_runner> runner{std::in_place, strand, io.get_executor()};
    on_strand([&] {
      runner->run(timeout == never ? reeve::health_hook{healthy} : held.hook(true), view_of(0), timeout,
                  [&](health_result) { runner.reset(); });
    });
    BOOST_TEST(run_until([&] { return !runner; }));
    held.release();
    settle();
  }
}

BOOST_AUTO_TEST_CASE(a_callback_may_start_the_next_check) {
  reeve::hook_runner runner{strand, io.get_executor()};
  int count = 0;
  std::function<void(health_result)> again = [&](health_result result) {
    BOOST_TEST(result.ok);
    if (++count < 100) runner.run(healthy, view_of(0), never, again);
  };
  on_strand([&] { runner.run(healthy, view_of(0), never, again); });
  BOOST_TEST(run_until([&] { return count == 100; }));
}

BOOST_AUTO_TEST_CASE(a_suspended_hook_dies_with_its_context) {
  auto const alive = std::make_shared<int>();
  {
    asio::io_context other;
    reeve::hook_runner runner{asio::make_strand(other), other.get_executor()};
    auto const hook = [kept = alive](worker_view) -> asio::awaitable<health_result> {
      asio::steady_timer timer{co_await asio::this_coro::executor, never};
      co_await timer.async_wait(asio::use_awaitable);
      co_return health_result{*kept == 0, {}};
    };
    runner.run(hook, view_of(0), never, [](health_result) {});
    other.poll();
    BOOST_TEST(runner.busy());
    runner.cancel();
  }
  BOOST_TEST(alive.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(hooks_on_many_threads_race_their_timeouts_and_their_ends) {
  asio::thread_pool pool{4};
  constexpr int runners = 16;
  constexpr int rounds = 100;
  std::atomic<int> delivered{0};
  std::vector<std::promise<void>> ended(runners);

  struct worker {
    explicit worker(asio::thread_pool& pool_) : strand{asio::make_strand(pool_)} {
      runner = std::make_unique<reeve::hook_runner>(strand, pool_.get_executor());
    }
    asio::strand<asio::thread_pool::executor_type> strand;
    std::unique_ptr<reeve::hook_runner> runner;
    std::function<void(health_result)> next;
    int round = 0;
  };
  auto const hook = [](worker_view view) -> asio::awaitable<health_result> {
    asio::steady_timer timer{co_await asio::this_coro::executor, 500us};
    co_await timer.async_wait(asio::use_awaitable);
    if (view.worker.generation % 3 == 0) throw std::runtime_error{"third"};
    co_return health_result{};
  };
  std::vector<std::unique_ptr<worker>> workers;
  for (std::size_t i = 0; i < runners; ++i) {
    auto& w = *workers.emplace_back(std::make_unique<worker>(pool));
    w.next = [&, i](health_result) {
      ++delivered;
      if (++w.round < rounds) {
        if (w.round % 7 == 0) w.runner = std::make_unique<reeve::hook_runner>(w.strand, pool.get_executor());
        w.runner->run(hook, view_of(i, static_cast<std::uint64_t>(w.round)), 500us, w.next);
      } else {
        w.runner.reset();
        ended[i].set_value();
      }
    };
    asio::post(w.strand, [&, i] { w.runner->run(hook, view_of(i), 500us, w.next); });
  }
  for (auto& each : ended) BOOST_REQUIRE((each.get_future().wait_for(120s) == std::future_status::ready));
  pool.join();
  BOOST_TEST(delivered == runners * rounds);
}

BOOST_AUTO_TEST_SUITE_END()
