// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker_fsm_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <utility>

// Exits whose restart is not one of the budget.

BOOST_AUTO_TEST_SUITE(worker_fsm_uncounted)

namespace {

using namespace reeve;
using namespace reeve::test;
using state = worker_state;

worker_rig running(restart_policy restart, bool restarts = true, bool by_group = false) {
  worker_rig r{{.restart = std::move(restart)}, false, restarts, by_group};
  return after(std::move(r), "start", "turn", "spawned", "said_hello", "ready");
}

void come_up(worker_rig& r) { r = after(r, "turn", "spawned", "said_hello", "ready"); }

std::chrono::nanoseconds next_wait(worker_rig const& r) { return *r.fsm.deadline() - r.now; }

}  // namespace

BOOST_AUTO_TEST_CASE(they_need_no_budget_and_spend_none) {
  auto r = running({.max_restarts = 1});
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST(describe(r, tell(r, "exited_uncounted")) == "pending: +exited wait_turn");
    come_up(r);
  }
  tell(r, "exited_failing");
  BOOST_TEST((r.fsm.state() == state::backoff));
  tell(r, "timer_due");
  come_up(r);
  tell(r, "exited_uncounted");  // the budget is spent by now
  come_up(r);
  BOOST_TEST((after(r, "exited_failing").fsm.state() == state::failed));
}

BOOST_AUTO_TEST_CASE(they_make_no_wait_longer) {
  auto r = running({.delay = 100ms, .jitter = 0, .max_restarts = 100});
  for (auto expected : {100ms, 200ms, 400ms}) {
    for (int i = 0; i < 5; ++i) {
      tell(r, "exited_uncounted");
      come_up(r);
    }
    tell(r, "exited_failing");
    BOOST_TEST((next_wait(r) == expected));
    tell(r, "timer_due");
    come_up(r);
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_stable_life_begins_the_waits_anew_all_the_same) {
  auto r = running({.delay = 100ms, .jitter = 0, .reset_after = 10s, .max_restarts = 100});
  r = after(r, "exited_failing", "timer_due");
  come_up(r);
  r.now += 10s;
  tell(r, "exited_uncounted");
  come_up(r);
  BOOST_TEST((next_wait(after(r, "exited_failing")) == 100ms));
}

BOOST_AUTO_TEST_CASE(what_the_policy_does_not_restart_is_not_restarted) {
  auto const ends = [](restart_policy policy, bool restarts, reeve::exit_status const& status,
                       bool mendable) {
    auto r = running(std::move(policy), restarts);
    BOOST_TEST(!r.fsm.would_spend(status, mendable));
    r.fsm.exited(r.current(), r.now, status, mendable, false);
    return r.fsm.state();
  };
  BOOST_TEST((ends({.mode = restart_mode::never}, true, failing, true) == state::finished));
  BOOST_TEST((ends({.mode = restart_mode::on_failure}, true, clean, true) == state::finished));
  BOOST_TEST((ends({.mode = restart_mode::always}, false, failing, true) == state::finished));
  BOOST_TEST((ends({.mode = restart_mode::always}, true, failing, false) == state::failed));
}

BOOST_AUTO_TEST_CASE(a_member_of_a_group_that_restarts_together_waits_for_it_all_the_same) {
  auto r = running({.mode = restart_mode::always}, true, true);
  BOOST_TEST(!r.fsm.would_spend(failing, true));
  tell(r, "exited_uncounted");
  BOOST_TEST(r.fsm.waits_for_group());
}

BOOST_AUTO_TEST_CASE(one_would_be_spent_where_the_policy_decides_and_nothing_else_has) {
  auto const r = running({.mode = restart_mode::on_failure});
  auto const would = [](worker_rig const& rig) { return rig.fsm.would_spend(failing, true); };
  BOOST_TEST(would(r));
  BOOST_TEST(would(after(r, "check_failed")));
  for (auto command : {"stop", "restart", "restart_at_once"}) {
    BOOST_TEST(!would(after(r, command)), command);
    BOOST_TEST(!would(after(r, "check_failed", command)), command);
  }
  BOOST_TEST(!would(after(r, "exited_failing")));  // too late
}

BOOST_AUTO_TEST_SUITE_END()
