// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Health hooks as the supervisor uses them: what they find, and what their own faults do not do.

#include "live_supervisor.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

BOOST_AUTO_TEST_SUITE(health)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

worker_spec checked(health_hook hook, unsigned failures = 1) {
  auto spec = child_spec("hang");
  spec.health = {.check = std::move(hook), .interval = 5ms, .timeout = patience, .failures = failures};
  return spec;
}

asio::awaitable<void> wait_until_cancelled() {
  asio::steady_timer timer{co_await asio::this_coro::executor, clock::time_point::max()};
  co_await timer.async_wait(asio::use_awaitable);
}

void check_ended_for(exit_record const& exit, std::string const& reason) {
  BOOST_TEST(text(exit.cause) == "health_check");
  BOOST_TEST(exit.error == make_error_code(error::health_check_failed));
  BOOST_TEST(exit.reason == reason);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_that_fails_its_check_is_replaced) {
  live_supervisor sup;
  sup.start(checked([](worker_view view) -> asio::awaitable<health_result> {
    co_return health_result{view.worker.generation != 1, "it feels unwell"};
  }));
  check_ended_for(sup.await_exit(), "it feels unwell");
  BOOST_TEST(sup.await(event_kind::unhealthy).reason.ends_with("it feels unwell"));
  BOOST_TEST(sup.await(event_kind::ready, 2).worker.generation == 2u);
}

BOOST_AUTO_TEST_CASE(only_failures_in_a_row_count) {
  live_supervisor sup;
  int calls = 0;
  sup.start(checked(
      [&calls](worker_view) -> asio::awaitable<health_result> {
        co_return health_result{++calls % 3 == 0, "not always"};
      },
      3));
  sup.until([&] { return calls >= 30; });
  BOOST_TEST(sup.events.count(event_kind::unhealthy) == 0u);
}

BOOST_AUTO_TEST_CASE(so_many_failures_in_a_row_make_it_unhealthy) {
  live_supervisor sup;
  int calls = 0;
  sup.start(checked(
      [&calls](worker_view view) -> asio::awaitable<health_result> {
        if (view.worker.generation == 1) ++calls;
        co_return health_result{false, "never"};
      },
      4));
  check_ended_for(sup.await_exit(), "never");
  BOOST_TEST(calls == 4);
}

BOOST_AUTO_TEST_CASE(a_hook_that_throws_is_a_failed_check_and_nothing_else) {
  live_supervisor sup;
  sup.start(checked([](worker_view view) -> asio::awaitable<health_result> {
    if (view.worker.generation == 1) throw std::runtime_error{"the hook is broken"};
    if (view.worker.generation == 2) throw 42;
    co_return health_result{};
  }));
  check_ended_for(sup.await_exit(), "the hook is broken");
  BOOST_TEST(text(sup.await_exit(2).cause) == "health_check");
  sup.await(event_kind::ready, 3);
  BOOST_TEST(!sup.stop_all());
}

BOOST_AUTO_TEST_CASE(a_hook_that_suspends_past_its_timeout_is_a_failed_check) {
  live_supervisor sup;
  auto spec = checked([](worker_view view) -> asio::awaitable<health_result> {
    if (view.worker.generation == 1) co_await wait_until_cancelled();
    co_return health_result{};
  });
  spec.health.timeout = 50ms;
  sup.start(spec);
  check_ended_for(sup.await_exit(), "timed out after 50 ms");
  BOOST_TEST(sup.await(event_kind::ready, 2).worker.generation == 2u);
}

BOOST_AUTO_TEST_CASE(a_result_for_an_earlier_generation_does_not_hurt_the_present_one) {
  live_supervisor sup;
  std::optional<asio::steady_timer> gate;
  bool first_ended = false;
  int later_checks = 0;
  sup.start(checked([&](worker_view view) -> asio::awaitable<health_result> {
    if (view.worker.generation == 1) {
      // Deaf to its cancellation, it answers when its worker is long gone.
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      gate.emplace(co_await asio::this_coro::executor, clock::time_point::max());
      error_code ignored;
      co_await gate->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      first_ended = true;
      co_return health_result{false, "late"};
    }
    ++later_checks;
    co_return health_result{};
  }));
  sup.until([&] { return gate.has_value(); });
  BOOST_TEST(!sup.restart("hang"));
  gate->cancel();
  sup.until([&] { return first_ended; });
  auto const seen = later_checks;
  sup.until([&] { return later_checks >= seen + 3; });
  BOOST_TEST(sup.events.count(event_kind::unhealthy) == 0u);
  BOOST_TEST(sup.status_of("hang").worker.generation == 2u);
}

BOOST_AUTO_TEST_CASE(a_blocking_check_runs_beside_the_supervisor) {
  asio::thread_pool pool{1};
  live_supervisor sup;
  std::mutex held;
  std::unique_lock hold{held};
  std::atomic<int> calls{0};
  sup.start(checked(health_check::blocking(pool.get_executor(), [&](worker_view const&) {
    ++calls;
    std::lock_guard const wait{held};
    return health_result{};
  })));
  sup.soon([&] { return calls == 1; });
  // While it blocks, the supervisor works on.
  sup.start(child_spec("ignore_term"));
  BOOST_TEST(!sup.finish(sup->async_stop("ignore_term", {.graceful = false})));
  hold.unlock();
  sup.soon([&] { return calls >= 3; });
  BOOST_TEST(sup.events.count(event_kind::unhealthy) == 0u);
  BOOST_TEST(!sup.stop_all());
  pool.join();
}

BOOST_AUTO_TEST_CASE(no_hook_is_called_once_the_supervisor_is_destroyed) {
  for (int round = 0; round < 20; ++round) {
    bool destroyed = false;
    int calls = 0;
    live_supervisor sup;
    auto spec = checked([&](worker_view const&) -> asio::awaitable<health_result> {
      BOOST_TEST(!destroyed);
      ++calls;
      co_return health_result{};
    });
    spec.count = 4;
    sup.start(spec);
    sup.until([&] { return calls > round; });
    sup.sup.reset();
    destroyed = true;
    sup.idle(10ms);
  }
}

BOOST_AUTO_TEST_CASE(a_hook_is_told_about_its_worker) {
  live_supervisor sup;
  std::vector<worker_view> seen;
  auto spec = checked([&seen](worker_view view) -> asio::awaitable<health_result> {
    seen.push_back(view);
    co_return health_result{};
  });
  spec.count = 3;
  sup.start(spec);
  sup.until([&] { return seen.size() >= 30; });
  for (auto const& view : seen) {
    auto const now = sup.status_of("hang", view.worker.index);
    BOOST_TEST(view.worker == now.worker);
    BOOST_TEST(view.pid == now.pid);
    BOOST_TEST((view.started_at == now.started_at));
  }
}

BOOST_AUTO_TEST_CASE(no_two_checks_of_a_worker_run_at_a_time) {
  live_supervisor sup;
  int running = 0;
  int most = 0;
  int calls = 0;
  sup.start(checked([&](worker_view) -> asio::awaitable<health_result> {
    most = std::max(most, ++running);
    asio::steady_timer timer{co_await asio::this_coro::executor, 20ms};
    co_await timer.async_wait(asio::use_awaitable);
    --running;
    ++calls;
    co_return health_result{};
  }));
  sup.until([&] { return calls >= 5; });
  BOOST_TEST(most == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_checked_or_restarted_where_monitoring_is_off) {
  live_supervisor sup{{.monitoring = false}};
  int calls = 0;
  auto spec = checked([&calls](worker_view) -> asio::awaitable<health_result> {
    ++calls;
    co_return health_result{false, "no"};
  });
  sup.start(spec);
  sup.start(child_spec("sleep_exit", {"50", "3"}));
  sup.await(event_kind::finished, 1, "sleep_exit");
  sup.idle(50ms);
  BOOST_TEST(calls == 0);
  BOOST_TEST(sup.status_of("hang").worker.generation == 1u);
  BOOST_TEST(sup.status_of("sleep_exit").worker.generation == 1u);
  BOOST_TEST(sup.status_of("sleep_exit").last_exit->status.code() == 3);
  // What is commanded is done all the same.
  BOOST_TEST(!sup.restart("hang"));
  BOOST_TEST(sup.status_of("hang").worker.generation == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
