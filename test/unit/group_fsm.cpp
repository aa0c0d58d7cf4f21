// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "group_fsm_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(group_fsm)

namespace {

using namespace reeve;
using namespace std::chrono_literals;
using strategy = group_strategy;
using phase = reeve::group_fsm::phase;
using rig = reeve::test::group_rig;

constexpr auto delay = reeve::test::group_delay;

}  // namespace

// ---- order -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(members_are_started_in_order_each_when_the_one_before_it_is_ready) {
  for (auto s : {strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one}) {
    rig g{s};
    BOOST_TEST(g.start() == "start 0");
    BOOST_TEST((g.fsm.starting_member() == 0U));
    BOOST_TEST(g.ready(1) == "");  // it is not its turn
    BOOST_TEST(g.ready(0) == "start 1");
    BOOST_TEST(g.ready(1) == "start 2");
    BOOST_TEST((g.fsm.starting_member() == 2U));
    BOOST_TEST(g.ready(2) == "");
    BOOST_TEST((g.fsm.current() == phase::up));
    BOOST_TEST(!g.fsm.starting_member());
  }
}

BOOST_AUTO_TEST_CASE(members_are_stopped_in_reverse_order_each_when_the_one_after_it_is_down) {
  for (auto s : {strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one}) {
    rig g{s};
    BOOST_TEST(g.up().stop() == "stop 2");
    BOOST_TEST(g.down(0) == "");
    BOOST_TEST(g.down(2) == "stop 1");
    BOOST_TEST(g.down(1) == "stop 0");
    BOOST_TEST((g.fsm.current() == phase::stopping));
    BOOST_TEST(g.down(0) == "");
    BOOST_TEST((g.fsm.current() == phase::down));
    BOOST_TEST((g.fsm.commanded() && !g.fsm.failing()));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_group_is_up_at_once) {
  rig g{strategy::one_for_all, 0};
  BOOST_TEST(g.start() == "");
  BOOST_TEST((g.fsm.current() == phase::up));
}

// ---- a member ends ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_for_one_leaves_it_to_the_member) {
  rig g{strategy::one_for_one};
  BOOST_TEST(g.up().ended(1) == "");
  BOOST_TEST(g.failed(1) == "");
  BOOST_TEST((g.fsm.current() == phase::up));
}

BOOST_AUTO_TEST_CASE(one_for_all_stops_all_in_reverse_waits_its_delay_and_starts_all_in_order) {
  rig g{strategy::one_for_all};
  BOOST_TEST(g.up().ended(1) == "stop 2");
  BOOST_TEST((!g.fsm.commanded() && !g.fsm.failing()));
  g.goes_down();
  BOOST_TEST((g.fsm.current() == phase::waiting));
  BOOST_TEST((g.fsm.deadline() == g.now + delay));
  BOOST_TEST(g.timer(delay - 1ns) == "");
  BOOST_TEST(g.timer(1ns) == "start 0");
  BOOST_TEST(!g.fsm.deadline());
  g.comes_up();
}

BOOST_AUTO_TEST_CASE(rest_for_one_leaves_those_before_it_alone) {
  rig g{strategy::rest_for_one};
  BOOST_TEST(g.up().ended(1) == "stop 2");
  BOOST_TEST(g.down(2) == "stop 1");
  BOOST_TEST(g.down(1) == "");
  BOOST_TEST(g.timer(delay) == "start 1");
  g.comes_up(1);
}

BOOST_AUTO_TEST_CASE(rest_for_one_of_the_last_is_the_last_alone) {
  rig g{strategy::rest_for_one};
  BOOST_TEST(g.up().ended(2) == "stop 2");
  BOOST_TEST(g.down(2) == "");
  BOOST_TEST(g.timer(delay) == "start 2");
  g.comes_up(2);
}

BOOST_AUTO_TEST_CASE(a_second_failure_during_the_restart_is_the_same_incident) {
  rig g{strategy::one_for_all};
  g.up().ended(1);
  BOOST_TEST(g.ended(0) == "");
  g.goes_down();
  BOOST_TEST(g.ended(2) == "");
  BOOST_TEST(g.timer(delay) == "start 0");
  g.comes_up();
  BOOST_TEST(g.ended(0) == "stop 2");  // the second of two: they were one
  BOOST_TEST(!g.fsm.failing());
}

BOOST_AUTO_TEST_CASE(an_earlier_member_that_fails_during_the_stop_of_the_rest_is_restarted_with_it) {
  rig g{strategy::rest_for_one};
  BOOST_TEST(g.up().ended(2) == "stop 2");
  BOOST_TEST(g.ended(0) == "");
  BOOST_TEST(g.down(2) == "stop 1");
  BOOST_TEST(g.down(1) == "stop 0");
  BOOST_TEST(g.down(0) == "");
  BOOST_TEST(g.timer(delay) == "start 0");
  g.comes_up();
}

BOOST_AUTO_TEST_CASE(an_earlier_member_that_fails_during_the_delay_is_restarted_with_the_rest) {
  rig g{strategy::rest_for_one};
  g.up().ended(2);
  g.down(2);
  BOOST_TEST((g.fsm.current() == phase::waiting));
  BOOST_TEST(g.ended(1) == "stop 2");
  BOOST_TEST(g.down(2) == "stop 1");
  BOOST_TEST(g.down(1) == "");
  BOOST_TEST(g.timer(delay) == "start 1");
  g.comes_up(1);
  BOOST_TEST(g.ended(2) == "stop 2");  // the second restart: it was one incident
  BOOST_TEST(!g.fsm.failing());
}

BOOST_AUTO_TEST_CASE(a_member_that_ends_while_the_group_starts_is_an_incident_of_its_own) {
  rig g{strategy::rest_for_one};
  g.start();
  BOOST_TEST(g.ready(0) == "start 1");
  BOOST_TEST(g.ended(1) == "stop 2");
  g.goes_down(1);
  BOOST_TEST(g.timer(delay) == "start 1");
  BOOST_TEST(g.ended(0) == "stop 2");
  g.goes_down(0);
  BOOST_TEST(g.timer(2 * delay) == "start 0");
  BOOST_TEST(g.ended(0) == "stop 2");
  BOOST_TEST(g.fsm.failing());  // that was one more than two
}

// A command may start a member before its turn.
BOOST_AUTO_TEST_CASE(a_member_that_ends_before_its_turn_to_start_does_not_make_the_group_skip_others) {
  rig g{strategy::rest_for_one};
  g.start();
  BOOST_TEST(g.ready(0) == "start 1");
  BOOST_TEST(g.ended(2) == "stop 2");
  g.goes_down(1);
  BOOST_TEST(g.timer(delay) == "start 1");
  g.comes_up(1);
}

// ---- the budget ------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_spent_budget_stops_the_group_in_reverse_order) {
  rig g{strategy::rest_for_one};
  g.up();
  for (auto wait : {delay, 2 * delay}) {
    BOOST_TEST(g.ended(2) == "stop 2");
    g.down(2);
    BOOST_TEST((g.fsm.deadline() == g.now + wait));  // it grows
    g.timer(wait);
    g.comes_up(2);
  }
  BOOST_TEST(g.ended(2) == "stop 2");
  BOOST_TEST(g.fsm.failing());
  g.goes_down(0);  // all of them, not the rest only
  BOOST_TEST((g.fsm.current() == phase::down));
  BOOST_TEST(g.timer(1h) == "");
}

BOOST_AUTO_TEST_CASE(group_restarts_wider_apart_than_the_window_never_spend_the_budget) {
  rig g{strategy::one_for_all};
  g.up();
  for (int i = 0; i < 50; ++i) {
    g.now += 31s;
    BOOST_TEST(g.ended(0) == "stop 2");
    BOOST_REQUIRE(!g.fsm.failing());
    g.goes_down();
    g.timer(delay);
    g.comes_up();
  }
}

BOOST_AUTO_TEST_CASE(a_commanded_restart_is_not_counted_and_does_not_wait) {
  rig g{strategy::one_for_all};
  g.up();
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(g.restart() == "stop 2");
    BOOST_TEST(g.down(2) == "stop 1");
    BOOST_TEST(g.down(1) == "stop 0");
    BOOST_TEST(g.down(0) == "start 0");
    BOOST_TEST((g.fsm.cause() == exit_cause::restart));
    g.comes_up();
  }
  BOOST_TEST(g.ended(0) == "stop 2");
  BOOST_TEST(!g.fsm.failing());
  BOOST_TEST((g.fsm.cause() == exit_cause::group));
}

BOOST_AUTO_TEST_CASE(the_last_command_says_why_members_are_stopped) {
  rig g{strategy::one_for_all};
  g.up();
  g.ended(1);
  BOOST_TEST((g.fsm.cause() == exit_cause::group));
  g.restart();
  BOOST_TEST((g.fsm.cause() == exit_cause::restart));
  g.stop();
  BOOST_TEST((g.fsm.cause() == exit_cause::stop));
}

namespace {

// Up, and with its budget spent but for the last straw.
void spend(rig& g) {
  for (auto wait : {delay, 2 * delay}) {
    g.ended(0);
    g.goes_down();
    g.timer(wait);
    g.comes_up();
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_command_gives_a_failed_group_a_new_budget) {
  for (bool const by_restart : {false, true}) {
    rig g{strategy::one_for_all};
    spend(g.up());
    g.ended(0);
    BOOST_TEST(g.fsm.failing());
    g.goes_down();
    BOOST_REQUIRE((g.fsm.current() == phase::down));
    if (by_restart) {
      BOOST_TEST(g.restart() == "stop 2");
      BOOST_TEST(g.down(2) == "stop 1");
      BOOST_TEST(g.down(1) == "stop 0");
      BOOST_TEST(g.down(0) == "start 0");
    } else {
      BOOST_TEST(g.start() == "start 0");
    }
    g.comes_up();
    BOOST_TEST(g.ended(0) == "stop 2");
    BOOST_TEST(!g.fsm.failing(), (by_restart ? "restart" : "start"));
  }
}

// ---- a member fails for good -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_member_that_cannot_start_stops_the_group_in_reverse) {
  for (auto s : {strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one}) {
    rig g{s};
    g.start();
    g.ready(0);
    BOOST_TEST(g.failed(1) == "stop 2");
    BOOST_TEST(g.fsm.failing());
    g.goes_down();
    BOOST_TEST((g.fsm.current() == phase::down));
  }
}

BOOST_AUTO_TEST_CASE(a_member_of_those_that_restart_together_fails_all) {
  for (auto s : {strategy::one_for_all, strategy::rest_for_one}) {
    rig g{s};
    BOOST_TEST(g.up().failed(2) == "stop 2");
    BOOST_TEST(g.fsm.failing());
    g.goes_down();
    BOOST_TEST((g.fsm.current() == phase::down));
  }
}

BOOST_AUTO_TEST_CASE(a_member_that_fails_for_good_during_a_restart_fails_all) {
  rig stopping{strategy::rest_for_one};
  stopping.up().ended(1);
  BOOST_TEST(stopping.failed(0) == "stop 2");
  BOOST_TEST(stopping.fsm.failing());
  rig waiting{strategy::rest_for_one};
  waiting.up().ended(2);
  waiting.down(2);
  BOOST_TEST(waiting.failed(0) == "stop 2");
  BOOST_TEST(waiting.fsm.failing());
  waiting.goes_down();
  BOOST_TEST((waiting.fsm.current() == phase::down));
}

BOOST_AUTO_TEST_SUITE_END()
