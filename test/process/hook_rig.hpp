// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of health hooks need: a context on which a runner runs them.

#include "loop_rig.hpp"
#include "reeve/health_policy.hpp"
#include "supervisor/hook_runner.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace reeve::test {

inline constexpr std::chrono::hours never{1};

inline worker_view view_of(std::size_t index, std::uint64_t generation = 1) {
  return {{"w", index, generation}, 1, {}, {}};
}

/// A context, and the results that came of hooks.
struct hook_rig : loop_rig {
  boost::asio::strand<boost::asio::any_io_executor> strand{
      boost::asio::make_strand(boost::asio::any_io_executor{io.get_executor()})};
  std::vector<health_result> results;

  std::function<void(health_result)> taker() {
    return [this](health_result result) { results.push_back(std::move(result)); };
  }

  /// On the strand, as the supervisor calls.
  void on_strand(std::function<void()> work) {
    bool done = false;
    boost::asio::post(strand, [&] {
      work();
      done = true;
    });
    BOOST_REQUIRE(run_until([&] { return done; }));
  }

  void run(hook_runner& runner, health_hook const& hook,
           std::chrono::steady_clock::duration timeout = never) {
    on_strand([&] {
      auto const before = results.size();
      runner.run(hook, view_of(0), timeout, taker());
      BOOST_TEST(results.size() == before);
    });
  }

  health_result result_of(health_hook const& hook, std::chrono::steady_clock::duration timeout = never) {
    hook_runner runner{strand, io.get_executor()};
    results.clear();
    run(runner, hook, timeout);
    BOOST_REQUIRE(run_until([&] { return !results.empty(); }));
    BOOST_TEST(run_until([&] { return !runner.busy(); }));
    return results.front();
  }
};

}  // namespace reeve::test
