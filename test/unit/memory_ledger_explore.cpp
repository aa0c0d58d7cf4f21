// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "ledger_rig.hpp"
#include "pipeline/memory_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

// A memory_ledger against the same rules written as simply as can be, over many random walks.
BOOST_AUTO_TEST_SUITE(memory_ledger_explore)

namespace {

using namespace std::chrono_literals;
using reeve::task_message;
using reeve::verdict;
using reeve::test::ledger_rig;
using time_point = std::chrono::steady_clock::time_point;

reeve::memory_source_params const params{.lease = 7s, .capacity = 6, .dedup_window = 20s};

// A task that has not ended.
struct model_task {
  std::string id;
  std::size_t attempt = 0;
  std::vector<std::uint64_t> deliveries{};  // all it had
  bool ready = true;
  bool out = false;         // else it is delayed, where it is not ready
  time_point until{};       // its time, or the end of its lease
  std::uint64_t order = 0;  // among those that are ready, or have the same time
};

struct model {
  std::vector<model_task> tasks;
  std::map<std::string, time_point> seen;  // when the id was submitted last
  std::uint64_t order = 0;

  void make_ready(model_task& t) {
    t.ready = true;
    t.out = false;
    t.order = ++order;
  }

  // Those whose delay is over come before those whose lease ran out, each in the order of their times.
  void advance(time_point now) {
    for (bool const out : {false, true}) {
      std::vector<model_task*> due;
      for (auto& t : tasks) {
        if (!t.ready && t.out == out && t.until <= now) due.push_back(&t);
      }
      std::sort(due.begin(), due.end(), [](auto* a, auto* b) {
        return std::pair{a->until, a->order} < std::pair{b->until, b->order};
      });
      for (auto* t : due) make_ready(*t);
    }
  }

  auto find(std::string const& id) {
    return std::find_if(tasks.begin(), tasks.end(), [&](auto const& t) { return t.id == id; });
  }

  std::string submit(std::string const& id, time_point now) {
    if (find(id) != tasks.end()) return "known";
    if (seen.contains(id) && now < seen[id] + params.dedup_window) return "known";
    if (tasks.size() == params.capacity) return "full";
    seen[id] = now;
    tasks.push_back({.id = id, .order = ++order});
    return "taken";
  }

  void deliver(task_message const& m, time_point now) {
    auto const first = std::min_element(tasks.begin(), tasks.end(), [](auto const& x, auto const& y) {
      return std::pair{!x.ready, x.order} < std::pair{!y.ready, y.order};
    });
    BOOST_REQUIRE((first != tasks.end() && first->ready));
    BOOST_TEST(first->id == m.id);
    BOOST_TEST(++first->attempt == m.attempt);
    first->ready = false;
    first->out = true;
    first->deliveries.push_back(m.delivery);
    renew(*first, now);
  }

  void renew(model_task& t, time_point now) {
    t.until = now + params.lease;
    t.order = ++order;
  }

  void keep_alive(std::uint64_t delivery, time_point now) {
    for (auto& t : tasks) {
      if (t.out && t.deliveries.back() == delivery) renew(t, now);
    }
  }

  std::ptrdiff_t ready() const {
    return std::count_if(tasks.begin(), tasks.end(), [](auto const& t) { return t.ready; });
  }

  bool publish(task_message const& of, verdict what, ledger_rig::duration delay, time_point now) {
    auto const t = find(of.id);
    if (t == tasks.end()) return false;
    if (what == verdict::retry || what == verdict::hand_back) {
      if (!t->out || t->deliveries.back() != of.delivery) return false;
      make_ready(*t);
      if (what == verdict::hand_back || delay == 0s) return false;
      t->ready = false;
      t->until = now + delay;
      t->order = of.delivery;
      return false;
    }
    if (std::count(t->deliveries.begin(), t->deliveries.end(), of.delivery) == 0) return false;
    tasks.erase(t);
    return true;
  }
};

struct walk {
  std::mt19937 random;
  ledger_rig real{params};
  model simple;
  std::vector<task_message> delivered;  // ever

  explicit walk(unsigned seed) : random{seed} {}

  std::size_t any(std::size_t below) { return random() % below; }

  // Mostly a recent one.
  task_message any_delivered() {
    return delivered[delivered.size() - 1 - any(std::min<std::size_t>(delivered.size(), 20))];
  }

  void submit() {
    auto const id = std::to_string(any(12));
    BOOST_TEST(real.submit(id) == simple.submit(id, real.now));
  }

  void take() {
    auto const most = 1 + any(3);
    auto const got = real.ledger.take(most, real.now);
    BOOST_TEST(got.size() == std::min(most, static_cast<std::size_t>(simple.ready())));
    for (auto const& m : got) {
      simple.deliver(m, real.now);
      delivered.push_back(m);
    }
  }

  void publish() {
    if (delivered.empty()) return;
    constexpr std::array verdicts{verdict::complete, verdict::failed,      verdict::retry,
                                  verdict::retry,    verdict::dead_letter, verdict::hand_back};
    auto const of = any_delivered();
    auto const what = verdicts[any(verdicts.size())];
    auto const delay = std::chrono::seconds{any(4)};
    BOOST_TEST(real.publish(of, what, delay) == simple.publish(of, what, delay, real.now));
  }

  void keep_alive() {
    if (delivered.empty()) return;
    auto const delivery = any_delivered().delivery;
    real.keep_alive({delivery});
    simple.keep_alive(delivery, real.now);
  }

  void step() {
    real.now += std::chrono::seconds{any(3)};
    real.ledger.advance(real.now);
    simple.advance(real.now);
    switch (any(4)) {
      case 0: submit(); break;
      case 1: take(); break;
      case 2: publish(); break;
      default: keep_alive(); break;
    }
    auto const s = real.ledger.status();
    BOOST_TEST(real.ledger.size() == simple.tasks.size());
    BOOST_TEST(s.ready == static_cast<std::size_t>(simple.ready()));
    auto const next =
        std::accumulate(simple.tasks.begin(), simple.tasks.end(), time_point::max(),
                        [](auto at, auto const& t) { return t.ready ? at : std::min(at, t.until); });
    BOOST_TEST((real.ledger.next().value_or(time_point::max()) == next));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(it_does_what_a_simple_model_does) {
  std::uint64_t expired = 0;
  std::uint64_t duplicates = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    walk w{seed};
    BOOST_TEST_CONTEXT("seed " << seed) {
      for (std::size_t i = 0; i < 500; ++i) w.step();
    }
    expired += w.real.ledger.status().expired;
    duplicates += w.real.ledger.status().duplicates;
  }
  BOOST_TEST(expired > 100U);  // the walks go everywhere
  BOOST_TEST(duplicates > 100U);
}

BOOST_AUTO_TEST_SUITE_END()
