// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "group_fsm_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(group_fsm_commands)

namespace {

using namespace reeve;
using namespace std::chrono_literals;
using strategy = group_strategy;
using phase = reeve::group_fsm::phase;
using rig = reeve::test::group_rig;

}  // namespace

BOOST_AUTO_TEST_CASE(a_start_of_what_is_up_or_starts_does_nothing) {
  rig g{strategy::one_for_all};
  g.start();
  BOOST_TEST(g.start() == "");
  g.comes_up();
  BOOST_TEST(g.start() == "");
}

BOOST_AUTO_TEST_CASE(a_start_during_a_stop_waits_for_its_end) {
  rig g{strategy::one_for_all};
  g.up().stop();
  BOOST_TEST(g.start() == "");
  BOOST_TEST(g.down(2) == "stop 1");
  BOOST_TEST(g.down(1) == "stop 0");
  BOOST_TEST(g.down(0) == "start 0");
  g.comes_up();
}

BOOST_AUTO_TEST_CASE(a_start_during_the_restart_of_the_rest_stops_no_more_than_the_rest) {
  rig g{strategy::rest_for_one};
  g.up().ended(1);
  BOOST_TEST(g.start() == "");
  g.goes_down(1);
  BOOST_TEST((g.fsm.current() == phase::waiting));
}

BOOST_AUTO_TEST_CASE(a_start_during_the_delay_ends_it) {
  rig g{strategy::rest_for_one};
  g.up().ended(2);
  g.down(2);
  BOOST_TEST(g.start() == "start 0");  // those that run are ready at once
  BOOST_TEST(!g.fsm.deadline());
  g.comes_up();
}

BOOST_AUTO_TEST_CASE(a_stop_while_it_starts_stops_what_was_started) {
  rig g{strategy::one_for_all};
  g.start();
  g.ready(0);
  BOOST_TEST(g.stop() == "stop 2");
  BOOST_TEST(g.ready(1) == "");  // too late
  g.goes_down();
  BOOST_TEST((g.fsm.current() == phase::down));
}

BOOST_AUTO_TEST_CASE(a_stop_during_the_delay_cancels_the_restart) {
  rig g{strategy::one_for_all};
  g.up().ended(1);
  g.goes_down();
  BOOST_TEST(g.stop() == "stop 2");  // they wait for the group: it must not keep them waiting
  BOOST_TEST(!g.fsm.deadline());
  g.goes_down();
  BOOST_TEST((g.fsm.current() == phase::down));
  BOOST_TEST(g.timer(1h) == "");
}

// Those it has passed wait for the group and count as down for a restart, not for a stop.
BOOST_AUTO_TEST_CASE(a_stop_during_a_restart_stops_those_as_well_that_wait_for_the_group) {
  rig g{strategy::one_for_all};
  g.up().ended(2);
  BOOST_TEST(g.down(2) == "stop 1");  // 2 waits for the group
  BOOST_TEST(g.stop() == "stop 2");
  BOOST_TEST(g.fsm.commanded());
  BOOST_TEST(g.down(2) == "stop 1");
  BOOST_TEST(g.down(1) == "stop 0");
  BOOST_TEST(g.down(0) == "");
  BOOST_TEST((g.fsm.current() == phase::down));
}

BOOST_AUTO_TEST_CASE(a_stop_during_the_restart_of_the_rest_stops_all) {
  rig g{strategy::rest_for_one};
  g.up().ended(2);
  g.stop();
  g.goes_down(0);
  BOOST_TEST((g.fsm.current() == phase::down));
}

BOOST_AUTO_TEST_CASE(a_stop_at_once_hastens_a_graceful_one_and_never_the_other_way_round) {
  rig g{strategy::one_for_all};
  g.up().stop(true);
  BOOST_TEST(g.fsm.graceful());
  BOOST_TEST(g.stop(false).starts_with("stop 2"));
  BOOST_TEST(!g.fsm.graceful());
  g.stop(true);
  BOOST_TEST(!g.fsm.graceful());
  g.goes_down();
  g.up().stop(true);
  BOOST_TEST(g.fsm.graceful());
}

BOOST_AUTO_TEST_CASE(a_restart_in_each_phase_restarts_all) {
  rig down{strategy::rest_for_one};
  BOOST_TEST(down.restart() == "stop 2");
  rig starting{strategy::rest_for_one};
  starting.start();
  BOOST_TEST(starting.restart() == "stop 2");
  rig waiting{strategy::rest_for_one};
  waiting.up().ended(2);
  waiting.down(2);
  BOOST_TEST(waiting.restart() == "stop 2");
  BOOST_TEST(!waiting.fsm.deadline());
  rig stopping{strategy::rest_for_one};
  stopping.up().stop();
  BOOST_TEST(stopping.restart() == "stop 2");  // those that it passed may be up again
  for (auto* g : {&down, &starting, &waiting, &stopping}) {
    BOOST_TEST(g->down(2) == "stop 1");
    BOOST_TEST(g->down(1) == "stop 0");
    BOOST_TEST(g->down(0) == "start 0");
    g->comes_up();
  }
}

BOOST_AUTO_TEST_CASE(a_restart_at_once_hastens_a_stop_and_never_the_other_way_round) {
  rig g{strategy::one_for_all};
  g.up().stop(true);
  g.fsm.restart(false);
  BOOST_TEST(!g.fsm.graceful());
  g.restart();
  BOOST_TEST(!g.fsm.graceful());
  g.goes_down();
  g.comes_up();
  g.restart();
  BOOST_TEST(g.fsm.graceful());
}

BOOST_AUTO_TEST_CASE(a_restart_stops_the_members_for_the_cause_it_was_given) {
  rig g{strategy::one_for_all};
  g.up().restart();
  BOOST_TEST((g.fsm.cause() == exit_cause::restart));
  g.fsm.restart(false, exit_cause::limit);
  BOOST_TEST((g.fsm.cause() == exit_cause::limit));
}

BOOST_AUTO_TEST_CASE(a_stop_outdoes_a_restart_that_goes_on) {
  rig g{strategy::one_for_all};
  g.up().restart();
  g.stop();
  g.goes_down();
  BOOST_TEST((g.fsm.current() == phase::down));
}

BOOST_AUTO_TEST_SUITE_END()
