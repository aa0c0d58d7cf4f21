// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/memory_ledger.hpp"

#include "ledger_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(memory_ledger)

namespace {

using namespace std::chrono_literals;
using reeve::verdict;
using reeve::test::ledger_rig;

constexpr auto endings = {verdict::complete, verdict::failed, verdict::dead_letter};

}  // namespace

BOOST_AUTO_TEST_CASE(tasks_are_delivered_in_the_order_of_their_submission) {
  ledger_rig r;
  for (auto const* id : {"c", "a", "b"}) BOOST_TEST(r.submit(id) == "taken");
  BOOST_TEST(r.take(2) == "c/1 a/1");
  BOOST_TEST(r.last[0].payload == "payload of c");
  BOOST_TEST(r.last[0].delivery != 0U);
  BOOST_TEST(r.last[0].delivery != r.last[1].delivery);
  BOOST_TEST(r.take() == "b/1");
  BOOST_TEST(r.take() == "");
  BOOST_TEST(r.holds() == "0 ready, 0 delayed, 3 delivered");
}

BOOST_AUTO_TEST_CASE(a_delivery_whose_lease_ran_out_is_delivered_again) {
  ledger_rig r{{.lease = 10s}};
  r.submit("a");
  BOOST_TEST(r.take() == "a/1");
  auto const first = r.last[0].delivery;
  BOOST_TEST((r.ledger.next() == r.now + 10s));
  r.now += 10s - 1ns;
  BOOST_TEST(r.take() == "");
  r.now += 1ns;
  BOOST_TEST(r.take() == "a/2");
  BOOST_TEST(r.last[0].delivery != first);
  BOOST_TEST(r.ledger.status().expired == 1U);
}

BOOST_AUTO_TEST_CASE(a_renewed_lease_begins_anew) {
  ledger_rig r{{.lease = 10s}};
  for (auto const* id : {"a", "b"}) r.submit(id);
  r.take();
  auto const out = r.last;
  r.now += 9s;
  r.keep_alive({out[0].delivery, 12345});
  r.now += 9s;
  BOOST_TEST(r.take() == "b/2");
  BOOST_TEST((r.ledger.next() == r.now + 1s));
  r.now += 1s;
  r.keep_alive({out[0].delivery});  // too late
  BOOST_TEST(r.take() == "a/2");
}

BOOST_AUTO_TEST_CASE(a_retry_waits_for_its_delay) {
  ledger_rig r;
  for (auto const* id : {"a", "b", "c"}) r.submit(id);
  r.take();
  auto const out = r.last;
  BOOST_TEST(!r.publish(out[0], verdict::retry, 2s));
  BOOST_TEST(!r.publish(out[1], verdict::retry, 1s));
  BOOST_TEST(!r.publish(out[2], verdict::retry, 1s));
  BOOST_TEST(r.holds() == "0 ready, 3 delayed, 0 delivered");
  BOOST_TEST((r.ledger.next() == r.now + 1s));
  r.now += 1s - 1ns;
  BOOST_TEST(r.take() == "");
  r.now += 1ns;
  BOOST_TEST(r.take() == "b/2 c/2");
  r.now += 1s;
  BOOST_TEST(r.take() == "a/2");
  BOOST_TEST(r.ledger.status().retried == 3U);
}

BOOST_AUTO_TEST_CASE(a_retry_without_a_delay_and_what_is_handed_back_are_ready_at_once) {
  ledger_rig r;
  for (auto const* id : {"a", "b", "c", "d"}) r.submit(id);
  r.take(3);
  r.publish(r.last[2], verdict::hand_back, 1h);
  r.publish(r.last[1], verdict::retry);
  r.publish(r.last[0], verdict::retry, -1s);
  BOOST_TEST(r.take() == "d/1 c/2 b/2 a/2");
  BOOST_TEST(r.ledger.status().handed_back == 1U);
}

BOOST_AUTO_TEST_CASE(a_delay_that_no_clock_can_count_is_a_long_one) {
  ledger_rig r;
  r.submit("a");
  r.take();
  r.publish(r.last[0], verdict::retry, ledger_rig::duration::max());
  BOOST_REQUIRE(r.ledger.next().has_value());
  BOOST_TEST((*r.ledger.next() > r.now + 24h * 365));
  BOOST_TEST(r.take() == "");
}

BOOST_AUTO_TEST_CASE(an_outcome_ends_its_task_and_gives_it_back) {
  for (auto const what : endings) {
    ledger_rig r{{.lease = 10s}};
    r.submit("a");
    r.take();
    reeve::task_outcome const outcome{.id = "a", .delivery = r.last[0].delivery, .what = what};
    auto const ended = r.ledger.publish(outcome, r.now);
    BOOST_REQUIRE(ended.has_value());
    BOOST_TEST(ended->payload == "payload of a");
    BOOST_TEST(ended->attempt == 1U);
    BOOST_TEST(r.ledger.size() == 0U);
    BOOST_TEST(!r.ledger.next().has_value());
    BOOST_TEST(!r.publish(r.last[0], what));
    r.now += 10s;
    BOOST_TEST(r.take() == "");
    auto const s = r.ledger.status();
    BOOST_TEST(s.completed + s.failed + s.dead_lettered == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_late_outcome_ends_a_task_that_waits_to_be_delivered_again) {
  for (auto const what : endings) {
    ledger_rig r{{.lease = 10s}};
    r.submit("a");
    r.take();
    r.now += 10s;
    r.ledger.advance(r.now);
    BOOST_TEST(r.holds() == "1 ready, 0 delayed, 0 delivered");
    BOOST_TEST(r.publish(r.last[0], what));
    BOOST_TEST(r.take() == "");
  }
}

BOOST_AUTO_TEST_CASE(a_late_outcome_ends_a_task_that_is_out_again_and_the_other_one_is_ignored) {
  for (auto const what : {verdict::complete, verdict::failed, verdict::dead_letter, verdict::retry}) {
    ledger_rig r{{.lease = 10s}};
    r.submit("a");
    r.take();
    auto const first = r.last[0];
    r.now += 10s;
    BOOST_TEST(r.take() == "a/2");
    BOOST_TEST(r.publish(first, verdict::complete));
    BOOST_TEST(!r.publish(r.last[0], what));
    r.now += 1h;
    BOOST_TEST(r.take() == "");
    BOOST_TEST(r.ledger.status().completed == 1U);
    BOOST_TEST(r.ledger.status().retried == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_late_outcome_ends_a_task_that_is_delayed) {
  ledger_rig r{{.lease = 10s}};
  r.submit("a");
  r.take();
  auto const first = r.last[0];
  r.now += 10s;
  r.take();
  r.publish(r.last[0], verdict::retry, 1s);
  BOOST_TEST(r.publish(first, verdict::complete));
  r.now += 1s;
  BOOST_TEST(r.take() == "");
  BOOST_TEST(!r.ledger.next().has_value());
}

BOOST_AUTO_TEST_CASE(a_late_retry_or_hand_back_is_ignored) {
  for (auto const what : {verdict::retry, verdict::hand_back}) {
    ledger_rig r{{.lease = 10s}};
    r.submit("a");
    r.take();
    auto const first = r.last[0];
    r.now += 10s;
    r.publish(first, what, 1h);  // it is ready already
    BOOST_TEST(r.take() == "a/2");
    r.publish(first, what, 1h);
    BOOST_TEST(r.holds() == "0 ready, 0 delayed, 1 delivered");
    BOOST_TEST(r.ledger.status().retried + r.ledger.status().handed_back == 0U);
  }
}

BOOST_AUTO_TEST_CASE(an_outcome_that_belongs_to_no_delivery_is_ignored) {
  ledger_rig r;
  r.submit("a");
  r.submit("never delivered");
  r.take(1);
  for (auto what :
       {verdict::complete, verdict::failed, verdict::retry, verdict::dead_letter, verdict::hand_back}) {
    BOOST_TEST(!r.publish({.id = "stranger", .delivery = r.last[0].delivery}, what));
    BOOST_TEST(!r.publish({.id = "a", .delivery = r.last[0].delivery + 1}, what));
    BOOST_TEST(!r.publish({.id = "never delivered", .delivery = r.last[0].delivery}, what));
  }
  BOOST_TEST(r.holds() == "1 ready, 0 delayed, 1 delivered");
}

BOOST_AUTO_TEST_CASE(time_that_goes_back_is_the_latest) {
  ledger_rig r{{.lease = 10s}};
  r.submit("a");
  r.submit("b");
  r.take(1);
  r.now -= 5s;
  r.take(1);  // its lease does not end before that of the first
  r.now += 15s - 1ns;
  BOOST_TEST(r.take() == "");
  r.now += 1ns;
  BOOST_TEST(r.take() == "a/2 b/2");
  r.now -= 5s;
  r.publish(r.last[0], verdict::retry, 1s);
  r.now += 6s - 1ns;
  BOOST_TEST(r.take() == "");
  r.now += 1ns;
  BOOST_TEST(r.take() == "a/3");
}

BOOST_AUTO_TEST_SUITE_END()
