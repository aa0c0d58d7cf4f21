// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/dispatch_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <random>
#include <vector>

BOOST_AUTO_TEST_SUITE(dispatch_fsm)

using reeve::dispatch_task;
using reeve::dispatch_worker;
using reeve::loss_verdict;

namespace {

using place = dispatch_task::place;

struct rig {
  explicit rig(reeve::dispatch_fsm::params p = {}) : fsm{p} {}

  // Hands over all that can be: the workers' indexes, in order.
  std::vector<std::size_t> offer_all() {
    std::vector<std::size_t> given;
    while (auto const a = fsm.next_offer())
      given.push_back(static_cast<std::size_t>(a->worker - workers.data()));
    return given;
  }
  void submit(std::size_t first, std::size_t last) {
    for (; first != last; ++first) fsm.submit(tasks[first]);
  }

  reeve::dispatch_fsm fsm;
  std::vector<dispatch_task> tasks{200};
  std::array<dispatch_worker, 3> workers{};
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_oldest_task_goes_to_the_worker_that_has_the_fewest) {
  rig r{{.concurrency = 1, .prefetch = 1}};
  for (auto& worker : r.workers) r.fsm.up(worker);
  r.submit(0, 10);
  auto const given = r.offer_all();
  BOOST_TEST(given.size() == 6U);  // two each
  for (auto const& worker : r.workers) BOOST_TEST(worker.tasks.size() == 2U);
  for (std::size_t i = 0; i != 6; ++i) BOOST_TEST((r.tasks[i].where == place::offered));
  BOOST_TEST(r.fsm.queued() == 4U);
  r.fsm.ended(r.tasks[0]);
  BOOST_REQUIRE(r.fsm.next_offer().has_value());
  BOOST_TEST((r.tasks[6].where == place::offered));
}

BOOST_AUTO_TEST_CASE(nothing_goes_to_a_worker_that_is_not_up) {
  rig r;
  r.submit(0, 1);
  BOOST_TEST(!r.fsm.next_offer().has_value());
  r.fsm.up(r.workers[1]);
  BOOST_TEST(r.offer_all() == std::vector<std::size_t>{1}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_number_in_flight_is_bounded_and_the_others_are_admitted_in_order) {
  rig r{{.max_in_flight = 3}};
  r.fsm.up(r.workers[0]);
  r.submit(0, 5);
  BOOST_TEST(r.fsm.waiting() == 2U);
  BOOST_TEST(!r.fsm.has_room());
  r.offer_all();
  r.fsm.ended(r.tasks[0]);
  BOOST_TEST(r.fsm.waiting() == 1U);
  BOOST_TEST((r.tasks[3].where == place::queued));
  r.fsm.withdraw(r.tasks[3]);
  BOOST_TEST((r.tasks[4].where == place::queued));
  BOOST_TEST(r.fsm.waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_busy_worker_was_handed_in_advance_is_taken_back_for_an_idle_one) {
  rig r;
  r.fsm.up(r.workers[0]);
  r.submit(0, 3);
  r.offer_all();
  BOOST_TEST(!r.fsm.next_revoke());
  r.fsm.up(r.workers[1]);
  auto* const last = r.fsm.next_revoke();
  BOOST_TEST(last == &r.tasks[2]);
  r.fsm.revoked(*last);
  BOOST_TEST(!r.fsm.next_revoke());  // it is for somebody: hand it over first
  BOOST_TEST(r.offer_all() == std::vector<std::size_t>{1}, boost::test_tools::per_element());
  BOOST_TEST(!r.fsm.next_revoke());  // nobody is idle
}

BOOST_AUTO_TEST_CASE(what_has_begun_is_asked_for_once) {
  rig r;
  r.fsm.up(r.workers[0]);
  r.submit(0, 2);
  r.offer_all();
  r.fsm.up(r.workers[1]);
  r.fsm.begun(*r.fsm.next_revoke());
  BOOST_TEST(r.fsm.next_revoke() == &r.tasks[0]);
  r.fsm.begun(r.tasks[0]);
  BOOST_TEST(!r.fsm.next_revoke());
}

BOOST_AUTO_TEST_CASE(the_last_task_of_a_worker_is_left_to_it) {
  rig r;
  r.fsm.up(r.workers[0]);
  r.submit(0, 1);
  r.offer_all();
  r.fsm.up(r.workers[1]);
  BOOST_TEST(!r.fsm.next_revoke());
}

BOOST_AUTO_TEST_CASE(a_draining_worker_gives_back_what_it_has_not_begun_in_order) {
  rig r;
  r.fsm.up(r.workers[0]);
  r.submit(0, 4);
  r.offer_all();
  r.fsm.begun(r.tasks[0]);
  r.fsm.drain(r.workers[0]);
  r.submit(4, 5);
  while (auto* const task = r.fsm.next_revoke()) r.fsm.revoked(*task);
  BOOST_TEST(r.workers[0].tasks.size() == 1U);
  r.fsm.up(r.workers[1]);
  for (std::size_t i = 1; i != 5; ++i) BOOST_TEST(r.fsm.next_offer()->task == &r.tasks[i]);
  BOOST_TEST(!r.fsm.next_offer().has_value());
}

BOOST_AUTO_TEST_CASE(nothing_waits_behind_a_slow_task) {
  rig r;
  r.fsm.up(r.workers[0]);
  r.submit(0, 4);
  r.offer_all();
  r.fsm.begun(r.tasks[0]);
  r.fsm.stalled(r.workers[0]);
  while (auto* const task = r.fsm.next_revoke()) r.fsm.revoked(*task);
  BOOST_TEST(r.fsm.queued() == 3U);
  BOOST_TEST(!r.fsm.next_offer().has_value());  // it gets nothing in advance
  r.fsm.up(r.workers[1]);
  BOOST_TEST(r.offer_all() == (std::vector<std::size_t>{1, 1, 1}), boost::test_tools::per_element());
  r.fsm.ended(r.tasks[0]);  // it is not slow any more
  r.submit(4, 6);
  BOOST_TEST(r.offer_all() == (std::vector<std::size_t>{0, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_slow_worker_keeps_what_it_may_run_at_a_time) {
  rig r{{.concurrency = 2}};
  r.fsm.up(r.workers[0]);
  r.submit(0, 5);
  r.offer_all();
  r.fsm.stalled(r.workers[0]);  // and has begun with nothing
  while (auto* const task = r.fsm.next_revoke()) r.fsm.revoked(*task);
  BOOST_TEST(r.workers[0].tasks.size() == 2U);
  BOOST_TEST(!r.fsm.next_offer().has_value());
}

BOOST_AUTO_TEST_CASE(a_worker_is_never_handed_more_than_its_maximum) {
  rig r;
  r.workers[0].remaining = 3;
  r.fsm.up(r.workers[0]);
  r.submit(0, 5);
  BOOST_TEST(r.offer_all().size() == 3U);
  r.fsm.ended(r.tasks[0]);
  BOOST_TEST(!r.fsm.next_offer().has_value());
  r.fsm.up(r.workers[1]);
  BOOST_TEST(r.offer_all().size() == 2U);
  r.fsm.ended(r.tasks[1]);
  r.fsm.ended(r.tasks[2]);
  BOOST_TEST(!r.fsm.next_revoke());  // it is idle, and may take nothing
}

BOOST_AUTO_TEST_CASE(a_worker_that_refused_is_passed_over_until_one_of_its_tasks_ends) {
  rig r;
  r.fsm.up(r.workers[0]);
  r.submit(0, 3);
  r.fsm.next_offer();
  auto const refused = r.fsm.next_offer();
  r.fsm.refused(*refused->task);
  BOOST_TEST(!r.fsm.next_offer().has_value());
  r.fsm.up(r.workers[1]);
  auto const other = r.fsm.next_offer();
  BOOST_TEST(other->task == &r.tasks[1]);
  BOOST_TEST(other->worker == &r.workers[1]);
  r.fsm.ended(r.tasks[0]);
  BOOST_TEST(r.fsm.next_offer()->worker == &r.workers[0]);
}

BOOST_AUTO_TEST_CASE(of_a_dead_worker_only_what_had_begun_is_lost) {
  rig r;
  r.fsm.up(r.workers[0]);
  r.submit(0, 4);
  r.offer_all();
  for (std::size_t i = 4; i-- != 1;) BOOST_TEST((r.fsm.lost(r.tasks[i], false) == loss_verdict::again));
  BOOST_TEST((r.fsm.lost(r.tasks[0], true) == loss_verdict::lost));
  r.fsm.down(r.workers[0]);
  BOOST_TEST((r.tasks[0].where == place::outside));
  r.fsm.up(r.workers[1]);
  for (std::size_t i = 1; i != 4; ++i) BOOST_TEST(r.fsm.next_offer()->task == &r.tasks[i]);
}

BOOST_AUTO_TEST_CASE(a_task_is_begun_as_often_as_it_may_be_and_then_quarantined) {
  rig r;
  r.tasks[0].max_attempts = 3;
  r.fsm.up(r.workers[0]);
  r.submit(0, 1);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    r.offer_all();
    BOOST_TEST((r.fsm.lost(r.tasks[0], true) == loss_verdict::again));
  }
  r.offer_all();
  BOOST_TEST((r.fsm.lost(r.tasks[0], false) == loss_verdict::again));  // it had not begun: that is no attempt
  r.offer_all();
  BOOST_TEST((r.fsm.lost(r.tasks[0], true) == loss_verdict::quarantined));
  BOOST_TEST(r.fsm.empty());
}

BOOST_AUTO_TEST_CASE(every_task_ends_once_whatever_happens) {
  for (unsigned seed = 0; seed != 200; ++seed) {
    std::mt19937 random{seed};
    auto const one_of = [&random](std::size_t n) {
      return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
    };
    rig r{{.max_in_flight = 20, .concurrency = 1 + seed % 3, .prefetch = seed % 5}};
    std::vector<int> ends(r.tasks.size());
    std::size_t submitted = 0;
    auto const end = [&](dispatch_task& task) { ++ends[static_cast<std::size_t>(&task - r.tasks.data())]; };
    auto const left = [&] { return submitted != r.tasks.size() || !r.fsm.empty(); };
    for (int step = 0; left() && step != 100'000; ++step) {
      auto& worker = r.workers[one_of(3)];
      switch (one_of(7)) {
        case 0:
          if (submitted != r.tasks.size()) r.fsm.submit(r.tasks[submitted++]);
          break;
        case 1:
          if (!worker.up) r.fsm.up(worker);
          break;
        case 2:
          if (auto* const task = worker.tasks.front()) {
            r.fsm.ended(*task);
            end(*task);
          }
          break;
        case 3:
          if (one_of(20) != 0 || !worker.up) break;
          while (auto* const task = worker.tasks.back()) {
            bool const had_begun = task == worker.tasks.front();
            if (r.fsm.lost(*task, had_begun) != loss_verdict::again) end(*task);
          }
          r.fsm.down(worker);
          worker = {};
          break;
        case 4:
          if (auto* const task = r.fsm.next_revoke()) {
            if (task == task->worker->tasks.front())
              r.fsm.begun(*task);
            else
              r.fsm.revoked(*task);
          }
          break;
        case 5:
          if (auto* const task = r.fsm.any_unassigned(); task && one_of(50) == 0) {
            r.fsm.withdraw(*task);
            end(*task);
          }
          break;
        default: r.offer_all(); break;
      }
    }
    BOOST_TEST(!left());
    for (auto const n : ends) BOOST_REQUIRE(n == 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
