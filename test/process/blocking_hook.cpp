// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "hook_rig.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

namespace asio = boost::asio;
using reeve::health_result;
using reeve::worker_view;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace health_check = reeve::health_check;

BOOST_FIXTURE_TEST_SUITE(blocking_hook, hook_rig)

BOOST_AUTO_TEST_CASE(a_blocking_check_runs_on_the_executor_given) {
  asio::thread_pool pool{1};
  std::thread::id ran_on;
  auto const result = result_of(health_check::blocking(pool.get_executor(), [&](worker_view const& view) {
    ran_on = std::this_thread::get_id();
    return health_result{false, view.worker.name + " is slow"};
  }));
  BOOST_TEST(result.reason == "w is slow");
  BOOST_TEST((ran_on != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_blocking_check_that_throws_is_a_failure) {
  asio::thread_pool pool{1};
  auto const result =
      result_of(health_check::blocking(pool.get_executor(), [](worker_view const&) -> health_result {
        throw std::runtime_error{"no route"};
      }));
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason == "no route");
  BOOST_TEST(!result_of(health_check::blocking(pool.get_executor(), {})).ok);
}

BOOST_AUTO_TEST_CASE(a_blocking_check_past_its_timeout_is_left_behind) {
  asio::thread_pool pool{2};
  std::promise<void> release;
  std::atomic<int> calls{0};
  auto const hook = health_check::blocking(pool.get_executor(),
                                           [&, released = release.get_future().share()](worker_view const&) {
                                             ++calls;
                                             released.wait();
                                             return health_result{};
                                           });
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner, hook, 20ms);
  BOOST_TEST(run_until([&] { return results.size() == 1; }));
  BOOST_TEST(results.at(0).reason == "timed out after 20 ms");
  BOOST_TEST(runner.busy());
  // Its thread is still taken: no second one is.
  run(runner, hook, 20ms);
  BOOST_TEST(run_until([&] { return results.size() == 2; }));
  BOOST_TEST(results.at(1).reason == "the previous check has not ended");
  release.set_value();
  BOOST_TEST(run_until([&] { return !runner.busy(); }));
  BOOST_TEST(calls == 1);
  BOOST_TEST(results.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_blocking_check_may_outlive_the_context_of_its_caller) {
  asio::thread_pool pool{1};
  std::promise<void> entered;
  std::promise<void> release;
  {
    asio::io_context other;
    reeve::hook_runner runner{asio::make_strand(other), other.get_executor()};
    auto const hook = health_check::blocking(pool.get_executor(), [&](worker_view const&) {
      entered.set_value();
      release.get_future().wait();
      return health_result{};
    });
    runner.run(hook, view_of(0), never, [](health_result) {});
    other.poll();
    BOOST_REQUIRE((entered.get_future().wait_for(120s) == std::future_status::ready));
  }
  release.set_value();
  pool.join();
}

BOOST_AUTO_TEST_CASE(a_blocking_check_whose_executor_is_stopped_ends) {
  std::optional<asio::thread_pool> pool{std::in_place, 1};
  pool->stop();
  reeve::hook_runner runner{strand, io.get_executor()};
  run(runner,
      health_check::blocking(pool->get_executor(), [](worker_view const&) { return health_result{}; }));
  io.poll();
  BOOST_TEST(runner.busy());
  pool.reset();
  BOOST_TEST(run_until([&] { return !results.empty(); }));
  BOOST_TEST(results.at(0).reason == "the check was dropped by its executor");
}

BOOST_AUTO_TEST_SUITE_END()
