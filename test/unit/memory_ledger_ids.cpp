// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "ledger_rig.hpp"
#include "pipeline/memory_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>

// Which tasks a memory_ledger takes: room, and ids that are known.
BOOST_AUTO_TEST_SUITE(memory_ledger_ids)

namespace {

using namespace std::chrono_literals;
using reeve::verdict;
using reeve::test::ledger_rig;

void submit_and_complete(ledger_rig& r, std::string const& id) {
  BOOST_TEST(r.submit(id) == "taken", id);
  BOOST_TEST(r.take() == id + "/1");
  BOOST_TEST(r.publish(r.last.at(0), verdict::complete));
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_id_is_known_for_the_window_that_began_with_its_submission) {
  ledger_rig r{{.dedup_window = 10s}};
  submit_and_complete(r, "a");
  r.now += 10s - 1ns;
  BOOST_TEST(r.submit("a") == "known");
  r.now += 1ns;
  BOOST_TEST(r.submit("a") == "taken");
  BOOST_TEST(r.ledger.status().duplicates == 1U);
  BOOST_TEST(r.ledger.status().submitted == 2U);
}

BOOST_AUTO_TEST_CASE(the_id_of_a_task_that_is_still_there_is_known) {
  for (auto const window : {0s, 10s}) {
    ledger_rig r{{.lease = 1h, .dedup_window = window}};
    r.submit("a");
    r.now += 11s;
    BOOST_TEST(r.submit("a") == "known");
    r.take();
    BOOST_TEST(r.submit("a") == "known");
    r.publish(r.last[0], verdict::retry, 1h);
    BOOST_TEST(r.submit("a") == "known");
    r.now += 1h;
    r.take();
    r.publish(r.last[0], verdict::complete);
    BOOST_TEST(r.ledger.known() == 0U);
    BOOST_TEST(r.submit("a") == "taken");
  }
}

BOOST_AUTO_TEST_CASE(a_late_outcome_of_an_earlier_task_of_that_id_is_ignored) {
  ledger_rig r{{.lease = 10s, .dedup_window = 0s}};
  r.submit("a");
  r.take();
  auto const late = r.last[0];
  r.now += 10s;
  r.take();
  r.publish(r.last[0], verdict::complete);
  r.submit("a");
  for (auto const what : {verdict::complete, verdict::retry}) BOOST_TEST(!r.publish(late, what));
  BOOST_TEST(r.take() == "a/1");
  BOOST_TEST(!r.publish(late, verdict::failed));
  BOOST_TEST(r.holds() == "0 ready, 0 delayed, 1 delivered");
}

BOOST_AUTO_TEST_CASE(no_more_ids_are_remembered_than_eight_times_the_capacity) {
  ledger_rig r{{.capacity = 2, .dedup_window = 1h}};
  for (std::size_t i = 0; i < 16; ++i) submit_and_complete(r, std::to_string(i));
  BOOST_TEST(r.ledger.known() == 16U);
  BOOST_TEST(r.submit("0") == "known");
  submit_and_complete(r, "16");
  BOOST_TEST(r.ledger.known() == 16U);
  BOOST_TEST(r.submit("1") == "known");
  BOOST_TEST(r.submit("0") == "taken");
}

BOOST_AUTO_TEST_CASE(a_task_that_stays_is_known_although_its_id_is_not_remembered_any_more) {
  ledger_rig r{{.lease = 1h, .capacity = 2, .dedup_window = 1h}};
  r.submit("stays");
  r.take();
  auto const out = r.last[0];
  for (std::size_t i = 0; i < 20; ++i) submit_and_complete(r, std::to_string(i));
  BOOST_TEST(r.submit("stays") == "known");
  BOOST_TEST(r.publish(out, verdict::complete));
  BOOST_TEST(r.ledger.known() == 16U);
  BOOST_TEST(r.submit("stays") == "taken");
}

BOOST_AUTO_TEST_CASE(room_is_for_all_that_has_not_ended) {
  ledger_rig r{{.capacity = 3}};
  for (auto const* id : {"a", "b"}) r.submit(id);
  r.take();
  r.publish(r.last[0], verdict::retry, 1s);
  BOOST_TEST(r.submit("c") == "taken");
  BOOST_TEST(r.submit("d") == "full");
  BOOST_TEST(r.submit("a") == "known");  // all the same
  BOOST_TEST(r.publish(r.last[1], verdict::complete));
  BOOST_TEST(r.submit("d", 1) == "full");  // the place is held by something else
  BOOST_TEST(r.submit("d") == "taken");
}

BOOST_AUTO_TEST_CASE(a_task_without_an_id_gets_one_that_is_not_known) {
  ledger_rig r;
  r.submit("made-2");
  r.submit("");
  r.submit("");
  BOOST_TEST(r.take() == "made-2/1 made-1/1 made-3/1");
}

BOOST_AUTO_TEST_SUITE_END()
