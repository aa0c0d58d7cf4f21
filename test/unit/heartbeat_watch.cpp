// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/heartbeat_watch.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <random>

BOOST_AUTO_TEST_SUITE(heartbeat_watch)

namespace {

using namespace std::chrono_literals;
using reeve::heartbeat_policy;
using watch = reeve::heartbeat_watch;
using verdict = watch::verdict;
using duration = watch::duration;
using time_point = watch::time_point;

constexpr time_point start{1000s};

// A supervisor that checks one worker by its clock, as heartbeat_monitor does: on the beat of its period,
// sometimes late, and after a suspension from then on.
struct simulation {
  heartbeat_policy policy{.timeout = 1s};
  duration check_period{};                                                    // zero: the watch's own
  std::function<std::uint64_t(duration)> beats = [](duration) { return 0; };  // how many so far
  std::function<duration(duration)> lateness = [](duration) { return 0s; };   // of the check due then
  duration until = 1min;

  struct end {
    duration at;
    verdict why;
  };

  // When the worker is called unhealthy, and why; nothing if it never is.
  std::optional<end> run() const {
    watch w{policy, start};
    auto const period = check_period > 0s ? check_period : w.check_period();
    for (auto due = period; due < until;) {
      auto const now = due + lateness(due);
      auto const v = w.check(beats(now), start + now, 2 * period);
      if (v != verdict::alive) return end{now, v};
      due = due + period > now ? due + period : now + period;
    }
    return std::nullopt;
  }
};

// One beat every `every`, from the first on, until it hangs.
auto beating(duration every, duration hangs_at = duration::max()) {
  return [=](duration now) { return static_cast<std::uint64_t>(std::min(now, hangs_at) / every); };
}

// Suspended once, at `from`, for `length`.
auto suspended(duration from, duration length) {
  return [=](duration due) { return due >= from && due < from + length ? from + length - due : duration{}; };
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_slow_but_beating_worker_is_left_alone) {
  for (auto every : {1ms, 100ms, 700ms, 999ms})
    BOOST_TEST(!simulation{.beats = beating(every)}.run().has_value(), every.count());
}

BOOST_AUTO_TEST_CASE(a_hung_worker_is_noticed_within_its_timeout_plus_two_check_periods_and_not_before) {
  for (auto timeout : {4ms, 100ms, 1000ms, 7777ms}) {
    for (int part = 0; part < 200; ++part) {  // it hangs anywhere between two checks
      auto const last_beat = timeout + part * duration{timeout} / 200;
      simulation const s{.policy = {.timeout = timeout}, .beats = beating(1us, last_beat)};
      auto const end = s.run();
      BOOST_REQUIRE(end.has_value());
      BOOST_TEST((end->why == verdict::lost));
      auto const silence = end->at - last_beat;
      BOOST_TEST((silence >= timeout && silence <= timeout + 2 * (timeout / 4)), silence.count());
    }
  }
}

BOOST_AUTO_TEST_CASE(the_bound_holds_at_any_period_up_to_a_quarter_and_with_checks_that_come_late) {
  std::mt19937 random{4711};
  for (int i = 0; i < 500; ++i) {
    duration const timeout = 1s;
    duration const period = 10ms + std::chrono::milliseconds{random() % 241};
    duration const late = period / 10;
    duration const last_beat = 5s + std::chrono::microseconds{random() % 1'000'000};
    simulation const s{.policy = {.timeout = timeout},
                       .check_period = period,
                       .beats = beating(1us, last_beat),
                       .lateness = [&](duration) { return late * static_cast<int>(random() % 100) / 100; }};
    auto const end = s.run();
    BOOST_REQUIRE(end.has_value());
    auto const silence = end->at - last_beat;
    BOOST_TEST((silence >= timeout && silence <= timeout + 2 * period + late), silence.count());
  }
}

BOOST_AUTO_TEST_CASE(a_worker_that_never_beats_is_reported_as_such_after_start_within) {
  for (duration const within : {500ms, 1000ms, 8000ms}) {
    simulation const s{.policy = {.timeout = 1s, .start_within = within}};
    auto const end = s.run();
    BOOST_REQUIRE(end.has_value());
    BOOST_TEST((end->why == verdict::never_started));
    BOOST_TEST((end->at >= within && end->at <= within + 500ms));
  }
}

BOOST_AUTO_TEST_CASE(without_start_within_the_first_beat_has_the_timeout) {
  auto const end = simulation{.policy = {.timeout = 1s}}.run();
  BOOST_REQUIRE(end.has_value());
  BOOST_TEST((end->why == verdict::never_started && end->at == 1s));
}

BOOST_AUTO_TEST_CASE(after_the_first_beat_the_timeout_counts_and_not_start_within) {
  simulation const s{.policy = {.timeout = 1s, .start_within = 10s}, .beats = beating(9s, 9s)};
  auto const end = s.run();
  BOOST_REQUIRE(end.has_value());
  BOOST_TEST((end->why == verdict::lost));
  BOOST_TEST((end->at >= 10s && end->at <= 10500ms));
}

BOOST_AUTO_TEST_CASE(a_supervisor_suspended_for_five_timeouts_kills_nobody) {
  for (int part = 0; part < 100; ++part) {
    auto const from = 3s + part * 10ms;
    // The workers went on.
    simulation beating_on{.beats = beating(200ms), .lateness = suspended(from, 5s)};
    BOOST_TEST(!beating_on.run().has_value(), part);
    // The workers were suspended with it, and beat again soon after.
    simulation all{.lateness = suspended(from, 5s)};
    all.beats = [from](duration now) {
      auto const awake = now <= from ? now : std::max<duration>(from, now - 5s);
      return static_cast<std::uint64_t>(awake / 200ms);
    };
    BOOST_TEST(!all.run().has_value(), part);
  }
}

BOOST_AUTO_TEST_CASE(a_suspended_supervisor_does_not_call_a_start_late_either) {
  simulation const s{.policy = {.timeout = 1s},
                     .beats = [](duration now) { return now >= 5600ms ? 1 + (now - 5600ms) / 200ms : 0; },
                     .lateness = suspended(400ms, 5s)};
  BOOST_TEST(!s.run().has_value());
}

BOOST_AUTO_TEST_CASE(a_hung_worker_is_still_noticed_after_a_suspension) {
  simulation const s{.beats = beating(100ms, 3s), .lateness = suspended(3100ms, 5s)};
  auto const end = s.run();
  BOOST_REQUIRE(end.has_value());
  BOOST_TEST((end->why == verdict::lost));
  BOOST_TEST((end->at > 8100ms && end->at <= 8100ms + 1s + 500ms));
}

BOOST_AUTO_TEST_CASE(no_check_counts_more_silence_than_it_may) {
  watch w{{.timeout = 1s}, start};
  BOOST_TEST((w.check(1, start, 500ms) == verdict::alive));
  BOOST_TEST((w.check(1, start + 1h, 500ms) == verdict::alive));
  BOOST_TEST((w.check(1, start + 1h + 499ms, 500ms) == verdict::alive));
  BOOST_TEST((w.check(1, start + 1h + 500ms, 500ms) == verdict::lost));
}

BOOST_AUTO_TEST_CASE(any_change_of_the_count_is_a_beat) {
  watch w{{.timeout = 1s}, start};
  BOOST_TEST((w.check(5, start + 900ms, 1s) == verdict::alive));
  BOOST_TEST((w.check(4, start + 1800ms, 1s) == verdict::alive));  // it wrapped around, or lies: it lives
  BOOST_TEST((w.check(0, start + 2700ms, 1s) == verdict::alive));
  BOOST_TEST((w.seen_at() == start + 2700ms));
}

BOOST_AUTO_TEST_CASE(it_knows_when_it_last_saw_a_beat) {
  watch w{{.timeout = 1s}, start};
  w.check(0, start + 100ms, 1s);
  BOOST_TEST(!w.seen_at().has_value());
  w.check(1, start + 200ms, 1s);
  w.check(1, start + 300ms, 1s);
  BOOST_TEST((w.seen_at() == start + 200ms));
}

BOOST_AUTO_TEST_CASE(it_is_checked_every_quarter_of_the_shortest_time) {
  auto const period = [](heartbeat_policy const& p) { return watch{p, start}.check_period(); };
  BOOST_TEST((period({.timeout = 1s}) == 250ms));
  BOOST_TEST((period({.timeout = 1s, .start_within = 400ms}) == 100ms));
  BOOST_TEST((period({.timeout = 1s, .start_within = 4s}) == 250ms));
  BOOST_TEST((period({.timeout = 1ns}) > 0ns));
}

BOOST_AUTO_TEST_SUITE_END()
