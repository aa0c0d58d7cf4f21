// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Whatever happens, and in whichever order: what was fetched is published once or left to its lease, nothing is
// beyond its bound, and who drains comes to an end.

#include "pipeline_fsm_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <random>
#include <set>

BOOST_AUTO_TEST_SUITE(pipeline_fsm_explore)

using namespace std::chrono_literals;
using reeve::verdict;
using rig_t = reeve::test::pipeline_fsm_rig;

struct explorer {
  std::minstd_rand random;
  rig_t rig;
  std::set<std::uint64_t> given;

  explicit explorer(std::uint32_t seed) : random{seed}, rig{params(random), chance(random, 2) ? 9s : 0s} {}

  static std::size_t up_to(std::minstd_rand& random, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>{1, most}(random);
  }
  static bool chance(std::minstd_rand& random, unsigned of) { return up_to(random, of) == 1; }

  static reeve::pipeline_params params(std::minstd_rand& random) {
    auto p = rig_t::quiet();
    p.fetch_batch = up_to(random, 8);
    p.max_fetched = up_to(random, 12);
    p.max_running = up_to(random, 6);
    p.max_unpublished = up_to(random, 12);
    p.publish_batch = up_to(random, 5);
    p.max_publishing = up_to(random, 3);
    p.retry.max_attempts = 3;
    return p;
  }

  void give() {
    std::vector<reeve::task_message> messages;
    for (auto n = up_to(random, rig.fetch); n != 0; --n) {
      messages.push_back(rig.message(up_to(random, 4)));
      given.insert(messages.back().delivery);
    }
    rig.give(std::move(messages));
  }

  void end_one() {
    static constexpr verdict verdicts[] = {verdict::complete, verdict::failed, verdict::retry,
                                           verdict::dead_letter, verdict::hand_back};
    auto const which = up_to(random, rig.running.size()) - 1;
    std::swap(rig.running.front(), rig.running[which]);
    rig.end(verdicts[up_to(random, 5) - 1]);
  }

  void answer_renewal(bool well) {
    rig.keeping_alive.clear();
    if (well)
      rig.fsm->kept_alive();
    else
      rig.fsm->keep_alive_failed(rig.now, "it is away");
    rig.act();
  }

  void step() {
    switch (up_to(random, 8)) {
      case 1:
      case 2:
        if (rig.fetch != 0 && !rig.fetch_is_cancelled) give();
        break;
      case 3:
      case 4:
        if (!rig.running.empty()) end_one();
        break;
      case 5:
        if (!rig.publishing.empty()) rig.publish();
        break;
      case 6:
        if (!rig.publishing.empty() && chance(random, 3)) rig.fail_publish();
        if (rig.fetch != 0 && chance(random, 5)) rig.fail_fetch();
        break;
      case 7:
        if (!rig.keeping_alive.empty()) answer_renewal(chance(random, 2));
        break;
      default: rig.pass(std::chrono::milliseconds{up_to(random, 2000)}); break;
    }
    check_bounds();
  }

  void check_bounds() const {
    for (auto const& queue : rig.status().queues) {
      // `check` for each of millions would be slow.
      if (queue.size > queue.capacity) BOOST_ERROR(queue.name << " holds " << queue.size);
    }
    if (rig.fsm->held() + rig.published.size() != given.size()) BOOST_ERROR("a task is nowhere");
  }

  void check_published_once() const {
    std::set<std::uint64_t> once;
    for (auto const& outcome : rig.published) BOOST_TEST(once.insert(outcome.delivery).second);
  }
};

BOOST_AUTO_TEST_CASE(nothing_is_lost_or_published_twice_or_out_of_bounds) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    explorer it{seed};
    for (int i = 0; i < 400; ++i) it.step();
    it.check_published_once();
    BOOST_TEST(it.rig.status().published == it.rig.published.size());
  }
}

BOOST_AUTO_TEST_CASE(who_drains_ends_with_all_published) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    explorer it{seed};
    for (int i = 0; i < 100; ++i) it.step();
    it.rig.drain(1h);
    for (int i = 0; i < 10'000 && !it.rig.over; ++i) {
      if (it.rig.fetch_is_cancelled) it.rig.end_cancelled_fetch();
      if (!it.rig.running.empty()) it.end_one();
      if (!it.rig.publishing.empty()) it.rig.publish();
      it.rig.pass(10ms);
    }
    BOOST_TEST(it.rig.over);
    BOOST_TEST(it.rig.published.size() == it.given.size());
    BOOST_TEST(it.rig.status().abandoned == 0u);
    it.check_published_once();
  }
}

BOOST_AUTO_TEST_CASE(who_drains_comes_to_an_end_though_nobody_answers) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    explorer it{seed};
    for (int i = 0; i < 100; ++i) it.step();
    it.rig.drain(5s);
    for (int i = 0; i < 1000 && !it.rig.over; ++i) it.rig.pass_to_wake();
    BOOST_TEST(it.rig.over);
    BOOST_TEST(it.rig.status().abandoned + it.rig.published.size() == it.given.size());
    it.check_published_once();
  }
}

BOOST_AUTO_TEST_SUITE_END()
