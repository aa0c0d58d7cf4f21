// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/restart_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <set>

BOOST_AUTO_TEST_SUITE(restart_budget)

namespace {

using namespace std::chrono_literals;
using budget = reeve::restart_budget;
using policy = reeve::restart_policy;
using duration = budget::duration;

constexpr budget::time_point start{1000s};
constexpr std::size_t endless = 1'000'000;

// The wait before the nth restart in a row.
duration nth_wait(policy const& p, int n, std::uint64_t seed = 1) {
  budget b{p, seed};
  duration wait{};
  for (int i = 0; i < n; ++i) wait = b.spend(start, 0s).value();
  return wait;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_window_slides) {
  policy const p{.max_restarts = 2, .window = 10s};
  budget b{p, 1};
  BOOST_TEST(b.spend(start, 0s).has_value());
  BOOST_TEST(b.spend(start + 6s, 0s).has_value());
  BOOST_TEST(!b.spend(start + 9s, 0s).has_value());
  BOOST_TEST(b.spend(start + 11s, 0s).has_value());  // the first has left the window, the second has not
  BOOST_TEST(!b.spend(start + 12s, 0s).has_value());
  BOOST_TEST(b.spend(start + 17s, 0s).has_value());
}

BOOST_AUTO_TEST_CASE(the_ends_of_a_window_are_within_it) {
  policy const p{.max_restarts = 1, .window = 10s};
  budget b{p, 1};
  b.spend(start, 0s);
  BOOST_TEST(!b.spend(start + 10s, 0s).has_value());
  BOOST_TEST(b.spend(start + 10s + 1ns, 0s).has_value());
}

BOOST_AUTO_TEST_CASE(what_was_spared_is_not_counted_and_makes_no_wait_longer) {
  policy const p{.delay = 100ms, .jitter = 0, .reset_after = 30s, .max_restarts = 2, .window = 10s};
  budget b{p, 1};
  BOOST_TEST((b.spend(start, 0s) == 100ms));
  for (int i = 0; i < 100; ++i) b.spare(1s);
  BOOST_TEST((b.spend(start, 0s) == 200ms));
  BOOST_TEST(!b.spend(start, 0s).has_value());
}

BOOST_AUTO_TEST_CASE(a_stable_uptime_begins_the_waits_anew_even_if_its_end_was_spared) {
  policy const p{.delay = 100ms, .jitter = 0, .reset_after = 30s, .max_restarts = endless};
  budget b{p, 1};
  b.spend(start, 0s);
  b.spare(30s - 1ns);
  BOOST_TEST((b.spend(start, 0s) == 200ms));
  b.spare(30s);
  BOOST_TEST((b.spend(start, 0s) == 100ms));
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_not_counted) {
  policy const p{.max_restarts = 1, .window = 10s};
  budget b{p, 1};
  b.spend(start, 0s);
  for (auto t = start; t <= start + 10s; t += 1s) BOOST_TEST(!b.spend(t, 0s).has_value());
  BOOST_TEST(b.spend(start + 11s, 0s).has_value());
}

BOOST_AUTO_TEST_CASE(restarts_wider_apart_than_the_window_never_spend_the_budget) {
  policy const p{.max_restarts = 1, .window = 10s};
  budget b{p, 1};
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(b.spend(start + i * (10s + 1ns), 0s).has_value());
}

BOOST_AUTO_TEST_CASE(a_budget_of_zero_allows_nothing) {
  policy const p{.max_restarts = 0};
  BOOST_TEST((!budget{p, 1}.spend(start, 1h).has_value()));
}

BOOST_AUTO_TEST_CASE(a_reset_gives_all_of_it_back) {
  policy const p{.delay = 100ms, .jitter = 0, .max_restarts = 2};
  budget b{p, 1};
  while (b.spend(start, 0s)) {
  }
  b.reset();
  BOOST_TEST((b.spend(start, 0s) == std::optional<duration>{100ms}));
  BOOST_TEST((b.spend(start, 0s) == std::optional<duration>{200ms}));
  BOOST_TEST(!b.spend(start, 0s).has_value());
}

BOOST_AUTO_TEST_CASE(the_wait_grows_up_to_its_cap) {
  policy const p{.delay = 100ms, .backoff = 3, .max_delay = 2s, .jitter = 0, .max_restarts = endless};
  BOOST_TEST((nth_wait(p, 1) == 100ms));
  BOOST_TEST((nth_wait(p, 2) == 300ms));
  BOOST_TEST((nth_wait(p, 3) == 900ms));
  BOOST_TEST((nth_wait(p, 4) == 2s));
  BOOST_TEST((nth_wait(p, 5000) == 2s));
}

BOOST_AUTO_TEST_CASE(a_backoff_of_one_keeps_the_wait) {
  policy const p{.delay = 100ms, .backoff = 1, .jitter = 0, .max_restarts = endless};
  for (int n : {1, 2, 1000}) BOOST_TEST((nth_wait(p, n) == 100ms), n);
}

BOOST_AUTO_TEST_CASE(no_wait_stays_no_wait_however_often_it_grows) {
  policy const p{.delay = 0ms, .backoff = 1000, .max_restarts = endless};
  for (int n : {1, 2, 100, 1000, 5000}) BOOST_TEST((nth_wait(p, n) == 0ms), n);
}

BOOST_AUTO_TEST_CASE(the_wait_is_within_its_jitter_and_uses_all_of_it) {
  policy const p{.delay = 1000ms, .backoff = 1, .jitter = 0.25, .max_restarts = endless};
  budget b{p, 7};
  auto least = duration::max();
  auto most = duration::min();
  std::set<duration> seen;
  for (int i = 0; i < 10'000; ++i) {
    auto const wait = b.spend(start, 0s).value();
    least = std::min(least, wait);
    most = std::max(most, wait);
    seen.insert(wait);
  }
  BOOST_TEST((least >= 750ms && least < 760ms));
  BOOST_TEST((most <= 1250ms && most > 1240ms));
  BOOST_TEST(seen.size() > 9'000U);
}

BOOST_AUTO_TEST_CASE(the_jitter_applies_to_the_cap_as_well) {
  policy const p{.delay = 1s, .backoff = 10, .max_delay = 4s, .jitter = 0.5, .max_restarts = endless};
  std::set<duration> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto const wait = nth_wait(p, 5, seed);
    BOOST_TEST((wait >= 2s && wait <= 6s));
    seen.insert(wait);
  }
  BOOST_TEST(seen.size() > 90U);
}

BOOST_AUTO_TEST_CASE(a_whole_jitter_is_never_negative) {
  policy const p{.delay = 1ms, .backoff = 1, .jitter = 1, .max_restarts = endless};
  budget b{p, 3};
  for (int i = 0; i < 10'000; ++i) {
    auto const wait = b.spend(start, 0s).value();
    BOOST_REQUIRE((wait >= 0ms && wait <= 2ms));
  }
}

BOOST_AUTO_TEST_CASE(workers_with_other_seeds_do_not_restart_in_step) {
  policy const p{.max_restarts = endless};
  std::set<duration> seen;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) seen.insert(nth_wait(p, 1, seed));
  BOOST_TEST(seen.size() > 990U);
}

BOOST_AUTO_TEST_CASE(a_stable_uptime_resets_the_wait_and_not_the_window) {
  policy const p{.delay = 100ms, .jitter = 0, .reset_after = 5s, .max_restarts = 4, .window = 60s};
  budget b{p, 1};
  b.spend(start, 0s);
  BOOST_TEST((b.spend(start, 5s - 1ns) == std::optional<duration>{200ms}));
  BOOST_TEST((b.spend(start, 5s) == std::optional<duration>{100ms}));
  BOOST_TEST((b.spend(start, 0s) == std::optional<duration>{200ms}));
  BOOST_TEST(!b.spend(start, 1h).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
