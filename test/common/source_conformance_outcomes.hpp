// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "source_conformance_tools.hpp"
#include "source_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>

// What becomes of tasks that were delivered, as any `task_source` must do it.
namespace reeve::test::source_conformance {

inline void an_outcome_that_is_published_twice_is_recorded_once(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  rig->submit(tasks({"a", "b"}));
  auto const got = by_id(consumer.fetch_all(2));
  auto const a = outcome(got.at("a"), verdict::complete, "1");
  auto const b = outcome(got.at("b"), verdict::failed, "no luck");
  consumer.publish({a, b, a});
  consumer.publish({b, a});
  check_recorded(*rig, {{"a", verdict::complete, "1"}, {"b", verdict::failed, "no luck"}});
}

inline void an_outcome_of_an_unknown_delivery_is_no_error(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  rig->submit(tasks({"a"}));
  auto const got = consumer.fetch(1);
  auto stranger = outcome(got.at(0), verdict::retry, "late");
  stranger.id = "stranger";
  stranger.delivery += 1'000'000;
  consumer.publish({stranger, outcome(got.at(0), verdict::complete, "1")});
  consumer.keep_alive({stranger.delivery, got.at(0).delivery});
  check_recorded(*rig, {{"a", verdict::complete, "1"}});
}

inline void nothing_may_be_published_and_nothing_renewed(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  consumer.publish({});
  consumer.keep_alive({});
  rig->submit(tasks({"a"}));
  BOOST_TEST(ids_of(consumer.fetch(1)) == "a");
  consumer.publish({});
  check_recorded(*rig, {});
}

// `clock` shows that leases run out: it is never published while it is looked at.
inline void a_task_that_has_ended_is_not_delivered_again(rig_maker make) {
  auto const rig = make(short_lease);
  source_consumer consumer{*rig};
  rig->submit(tasks({"complete", "failed", "dead", "clock"}));
  auto const got = by_id(consumer.fetch_all(4));
  consumer.publish({outcome(got.at("complete"), verdict::complete, "1"),
                    outcome(got.at("failed"), verdict::failed, "no luck"),
                    outcome(got.at("dead"), verdict::dead_letter, "no such function")});
  for (std::size_t lease = 0; lease < 2; ++lease) BOOST_TEST(ids_of(consumer.fetch(10)) == "clock");
  check_recorded(*rig, {{"complete", verdict::complete, "1"},
                        {"failed", verdict::failed, "no luck"},
                        {"dead", verdict::dead_letter, "no such function"}});
}

inline void a_retry_is_delivered_again_after_its_delay(rig_maker make) {
  constexpr std::chrono::milliseconds delay{300};
  constexpr std::chrono::milliseconds tolerance{10};  // between two clocks
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  rig->submit(tasks({"a"}));
  auto const first = consumer.fetch(10);
  auto const begin = std::chrono::steady_clock::now();
  auto again = outcome(first.at(0), verdict::retry, "not yet");
  again.delay = delay;
  consumer.publish({again});
  rig->submit(tasks({"b"}));
  BOOST_TEST(ids_of(consumer.fetch(10)) == "b");  // nothing waits behind it
  auto const second = consumer.fetch(10);
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= delay - tolerance));
  BOOST_TEST(ids_of(second) == "a");
  BOOST_TEST(second.at(0).attempt == 2U);
  check_recorded(*rig, {});
  consumer.publish({outcome(second.at(0), verdict::complete, "1")});
  check_recorded(*rig, {{"a", verdict::complete, "1"}});
}

inline void what_is_handed_back_is_delivered_again_at_once(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer one{*rig};
  source_consumer other{*rig};
  rig->submit(tasks({"a"}));
  auto const begin = std::chrono::steady_clock::now();
  auto const first = one.fetch(10);
  one.publish({outcome(first.at(0), verdict::hand_back, "draining")});
  auto const second = other.fetch(10);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < long_lease));
  BOOST_TEST(ids_of(second) == "a");
  BOOST_TEST(second.at(0).attempt == 2U);
  check_recorded(*rig, {});
}

inline void what_a_dead_consumer_held_is_delivered_to_another(rig_maker make) {
  auto const rig = make(short_lease);
  source_consumer other{*rig};
  {
    source_consumer one{*rig};
    rig->submit(tasks({"a"}));
    BOOST_TEST(one.fetch(10).at(0).attempt == 1U);
  }
  auto const second = other.fetch(10);
  BOOST_TEST(ids_of(second) == "a");
  BOOST_TEST(second.at(0).attempt == 2U);
  other.publish({outcome(second.at(0), verdict::complete, "1")});
  check_recorded(*rig, {{"a", verdict::complete, "1"}});
}

inline void a_late_outcome_counts_if_it_is_the_first(rig_maker make) {
  auto const rig = make(short_lease);
  source_consumer one{*rig};
  source_consumer other{*rig};
  rig->submit(tasks({"a"}));
  auto const first = one.fetch(10);
  auto const second = other.fetch(10);
  BOOST_TEST(second.at(0).attempt == 2U);
  one.publish({outcome(first.at(0), verdict::complete, "of the first")});
  other.publish({outcome(second.at(0), verdict::complete, "of the second")});
  check_recorded(*rig, {{"a", verdict::complete, "of the first"}});
}

// `clock` shows that leases run out: it is not renewed.
inline void what_is_renewed_is_not_delivered_again(rig_maker make) {
  auto const rig = make(short_lease);
  source_consumer one{*rig};
  source_consumer other{*rig};
  rig->submit(tasks({"a", "clock"}));
  auto const held = by_id(one.fetch_all(2));

  using clock = std::chrono::steady_clock;
  auto renewed = clock::now();
  clock::duration longest_silence{};
  std::string redelivered;
  for (std::size_t lease = 0; lease < 3; ++lease) {
    auto const fetch = other.begin_fetch(10);
    auto const deadline = clock::now() + std::chrono::seconds{60};
    while (!rig->run_for(short_lease / 6, [&] { return fetch.done(); })) {
      one.keep_alive({held.at("a").delivery});
      longest_silence = std::max(longest_silence, clock::now() - renewed);
      renewed = clock::now();
      BOOST_REQUIRE((renewed < deadline));
    }
    redelivered += ids_of(other.end(fetch)) + ' ';
  }
  // A machine that is too slow to renew in time proves nothing.
  if (longest_silence < short_lease) BOOST_TEST(redelivered == "clock clock clock ");
  one.publish({outcome(held.at("a"), verdict::complete, "1")});
  check_recorded(*rig, {{"a", verdict::complete, "1"}});
}

}  // namespace reeve::test::source_conformance
