// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker_fsm_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <utility>

// What a worker's machine does in time: each test tells a story, on a clock of its own.

BOOST_AUTO_TEST_SUITE(worker_fsm)

namespace {

using namespace reeve;
using namespace reeve::test;
using state = worker_state;

worker_rig with(restart_policy restart,
                stop_policy stop = {.ask_grace = ask_grace, .signal_grace = signal_grace}) {
  return worker_rig{{.restart = std::move(restart), .stop = stop}};
}

worker_rig up(worker_rig r) { return after(std::move(r), "start", "turn", "spawned", "said_hello", "ready"); }

state after_exit(worker_rig r, reeve::exit_status status) {
  r.fsm.exited(r.current(), r.now, status);
  return r.fsm.state();
}

// Through a restart that is due, up to the next process.
void come_back(worker_rig& r) { r = after(r, "timer_due", "turn", "spawned", "said_hello", "ready"); }

std::chrono::nanoseconds next_wait(worker_rig const& r) { return *r.fsm.deadline() - r.now; }

reeve::exit_status const killed = reeve::exit_status::from_signal(SIGKILL, false);
reeve::exit_status const terminated = reeve::exit_status::from_signal(SIGTERM, false);

}  // namespace

// ---- which exits lead to a restart -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(always_restarts_after_any_exit) {
  auto const r = up(with({.mode = restart_mode::always}));
  for (auto status : {clean, failing, crashed, killed, reeve::exit_status{}})
    BOOST_TEST((after_exit(r, status) == state::backoff), status);
}

BOOST_AUTO_TEST_CASE(never_never_restarts) {
  auto const r = up(with({.mode = restart_mode::never}));
  for (auto status : {clean, failing, crashed, killed, reeve::exit_status{}})
    BOOST_TEST((after_exit(r, status) == state::finished), status);
  BOOST_TEST((after_exit(after(r, "check_failed"), failing) == state::finished));
}

BOOST_AUTO_TEST_CASE(on_failure_does_not_restart_after_a_clean_exit) {
  auto const r = up(with({.mode = restart_mode::on_failure}));
  BOOST_TEST((after_exit(r, clean) == state::finished));
  for (auto status : {failing, crashed, killed, terminated})
    BOOST_TEST((after_exit(r, status) == state::backoff), status);
}

BOOST_AUTO_TEST_CASE(an_exit_that_nobody_can_tell_is_not_clean) {
  BOOST_TEST(
      (after_exit(up(with({.mode = restart_mode::on_failure})), reeve::exit_status{}) == state::backoff));
}

BOOST_AUTO_TEST_CASE(which_exits_are_clean_is_configurable) {
  auto const r =
      up(with({.mode = restart_mode::on_failure, .clean_exit_codes = {3, 9}, .clean_signals = {SIGTERM}}));
  BOOST_TEST((after_exit(r, reeve::exit_status::from_code(3)) == state::finished));
  BOOST_TEST((after_exit(r, terminated) == state::finished));
  BOOST_TEST((after_exit(r, clean) == state::backoff));  // 0 is not in the list
  // Signal 9 is not code 9, nor code 15 signal 15.
  BOOST_TEST((after_exit(r, killed) == state::backoff));
  BOOST_TEST((after_exit(r, reeve::exit_status::from_code(SIGTERM)) == state::backoff));
}

BOOST_AUTO_TEST_CASE(a_worker_ended_for_being_unhealthy_failed_however_it_went) {
  for (auto why : {"check_failed", "heartbeat_lost", "wrote_nonsense"})
    BOOST_TEST(
        (after_exit(after(up(with({.mode = restart_mode::on_failure})), why), clean) == state::backoff), why);
  auto late = after(with({.mode = restart_mode::on_failure}), "start", "turn", "spawned", "timer_due");
  BOOST_TEST((late.fsm.cause() == exit_cause::start_timeout));
  BOOST_TEST((after_exit(late, clean) == state::backoff));
}

BOOST_AUTO_TEST_CASE(a_finished_worker_may_be_started_again) {
  auto r = after(up(with({.mode = restart_mode::never})), "exited_clean");
  BOOST_TEST((r.fsm.at_rest()));
  r = after(r, "start", "turn", "spawned", "ready");
  BOOST_TEST((r.fsm.state() == state::running));
  BOOST_TEST((r.current() == 9U));
}

BOOST_AUTO_TEST_CASE(without_monitoring_nothing_is_restarted) {
  worker_rig const r{{.restart = {.mode = restart_mode::always}}, false, false};
  BOOST_TEST((after_exit(up(r), failing) == state::finished));
  BOOST_TEST((after(up(r), "restart", "exited_failing").fsm.state() == state::pending));  // but by command
}

BOOST_AUTO_TEST_CASE(a_worker_that_could_not_be_started_failed_where_nothing_is_restarted) {
  BOOST_TEST((after(with({.mode = restart_mode::never}), "start", "turn", "spawn_failed").fsm.state() ==
              state::failed));
  worker_rig const unmonitored{{.restart = {.mode = restart_mode::always}}, false, false};
  BOOST_TEST((after(unmonitored, "start", "turn", "spawn_failed").fsm.state() == state::failed));
}

BOOST_AUTO_TEST_CASE(a_member_of_a_group_asks_it_and_does_not_restart_by_itself) {
  worker_rig r{{.restart = {.mode = restart_mode::always, .max_restarts = 0}}, true, true, true};
  r = after(r, "start", "turn", "spawned", "exited_failing");
  BOOST_TEST(r.fsm.waits_for_group());
  BOOST_TEST(!r.fsm.deadline());
}

// ---- the budget and the backoff --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(restarts_spread_wider_than_the_window_never_give_up) {
  auto r = up(with({.delay = 0ms, .max_restarts = 3, .window = 60s}));
  for (int i = 0; i < 100; ++i) {
    r.now += 21s;  // at most 3 in any 60 s
    tell(r, "exited_failing");
    BOOST_REQUIRE((r.fsm.state() == state::backoff));
    come_back(r);
  }
}

BOOST_AUTO_TEST_CASE(one_restart_more_than_allowed_within_the_window_fails_the_worker) {
  auto r = up(with({.delay = 0ms, .max_restarts = 3, .window = 60s}));
  for (int i = 0; i < 3; ++i) {
    r.now += 15s;
    tell(r, "exited_failing");
    BOOST_REQUIRE((r.fsm.state() == state::backoff));
    come_back(r);
  }
  r.now += 15s;
  BOOST_TEST(describe(r, tell(r, "exited_failing")) == "failed: +exited +failed");
  BOOST_TEST(r.fsm.budget_spent());
  BOOST_TEST(r.fsm.at_rest());
}

BOOST_AUTO_TEST_CASE(a_start_by_command_gives_a_new_budget) {
  for (auto command : {"start", "restart"}) {
    auto r = up(with({.max_restarts = 1}));
    tell(r, "exited_failing");
    come_back(r);
    tell(r, "exited_failing");
    BOOST_REQUIRE((r.fsm.state() == state::failed));
    r = after(r, command, "turn", "spawned", "ready");
    BOOST_TEST((r.fsm.state() == state::running));
    BOOST_TEST(!r.fsm.budget_spent());
    BOOST_TEST((after_exit(r, failing) == state::backoff));
  }
}

BOOST_AUTO_TEST_CASE(commanded_restarts_are_not_counted) {
  auto r = up(with({.max_restarts = 1}));
  for (int i = 0; i < 20; ++i) {
    r = after(r, "restart", "exited_failing", "turn", "spawned", "said_hello", "ready");
    BOOST_REQUIRE((r.fsm.state() == state::running));
  }
  BOOST_TEST((after_exit(r, failing) == state::backoff));
}

BOOST_AUTO_TEST_CASE(failed_spawns_are_counted) {
  auto r =
      after(with({.max_restarts = 2}), "start", "turn", "spawn_failed", "timer_due", "turn", "spawn_failed");
  BOOST_TEST((r.fsm.state() == state::backoff));
  r = after(r, "timer_due", "turn", "spawn_failed");
  BOOST_TEST((r.fsm.state() == state::failed));
  BOOST_TEST(r.fsm.budget_spent());
}

BOOST_AUTO_TEST_CASE(no_restart_mends_an_unmendable_cause_and_none_is_spent_on_it) {
  auto const r = after(up(worker_rig{}), "exited_unmendable");
  BOOST_TEST((r.fsm.state() == state::failed));
  BOOST_TEST(!r.fsm.budget_spent());
}

BOOST_AUTO_TEST_CASE(the_backoff_grows_from_exit_to_exit_and_resets_after_a_stable_uptime) {
  auto r = up(with({.delay = 100ms,
                    .backoff = 2,
                    .max_delay = 500ms,
                    .jitter = 0,
                    .reset_after = 10s,
                    .max_restarts = 100}));
  for (auto expected : {100ms, 200ms, 400ms, 500ms, 500ms}) {
    r.now += 1s;
    tell(r, "exited_failing");
    BOOST_TEST((next_wait(r) == expected));
    come_back(r);
  }
  r.now += 10s - 1ns;
  BOOST_TEST((next_wait(after(r, "exited_failing")) == 500ms));
  r.now += 1ns;
  BOOST_TEST((next_wait(after(r, "exited_failing")) == 100ms));
}

// The time before it is ready does not count: a worker that hangs there would never be backed off from.
BOOST_AUTO_TEST_CASE(a_worker_that_was_never_ready_is_not_stable) {
  auto r = with({.delay = 100ms, .jitter = 0, .reset_after = ready_timeout, .max_restarts = 100});
  r = after(r, "start", "turn", "spawned");
  for (auto expected : {100ms, 200ms, 400ms}) {
    r = after(r, "timer_due", "timer_due", "exited_by_signal");
    BOOST_TEST((next_wait(r) == expected));
    r = after(r, "timer_due", "turn", "spawned");
  }
}

// ---- commands that meet something that goes on -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_stop_during_backoff_cancels_the_restart) {
  auto r = after(up(worker_rig{}), "exited_failing");
  auto const due = *r.fsm.deadline();
  tell(r, "stop");
  BOOST_TEST(!r.fsm.deadline());
  r.now = due + 1h;
  BOOST_TEST(describe(r, r.fsm.timer(r.now)) == "stopped:");
}

BOOST_AUTO_TEST_CASE(a_restart_during_a_stop_waits_its_turn) {
  auto r = after(up(worker_rig{}), "stop");
  BOOST_TEST(describe(r, tell(r, "restart")) == "stopping(pending) @200:");
  BOOST_TEST(describe(r, tell(r, "exited_by_signal")) == "pending: +exited wait_turn");
  BOOST_TEST(describe(r, tell(r, "turn")) == "starting @1000: spawn");
}

BOOST_AUTO_TEST_CASE(a_second_stop_joins_the_first) {
  auto r = after(up(worker_rig{}), "stop");
  r.now += 50ms;
  BOOST_TEST(describe(r, tell(r, "stop")) == "stopping(stopped) @150:");
}

BOOST_AUTO_TEST_CASE(a_stop_at_once_hastens_a_graceful_one) {
  for (auto where : {"stopping, asked", "stopping, signalled"})
    BOOST_TEST(describe(in_situation(where), {}).starts_with("stopping(stopped) @"));
  auto asked = in_situation("stopping, asked");
  BOOST_TEST(describe(asked, tell(asked, "stop_at_once")) == "stopping(stopped): kill");
  auto in_flight = after(in_situation("stopping, spawn in flight"), "stop_at_once");
  BOOST_TEST(describe(in_flight, tell(in_flight, "spawned")) == "stopping(stopped): +spawned kill");
}

BOOST_AUTO_TEST_CASE(a_restart_of_an_unhealthy_worker_needs_no_policy_and_no_budget) {
  for (auto mode : {restart_mode::always, restart_mode::on_failure, restart_mode::never}) {
    auto r = after(up(with({.mode = mode, .max_restarts = 0})), "check_failed", "restart");
    BOOST_TEST(describe(r, tell(r, "exited_clean")) == "pending: +exited wait_turn");
    r = after(r, "turn", "spawned", "ready");  // the next end is its own again
    BOOST_TEST((after_exit(r, failing) == (mode == restart_mode::never ? state::finished : state::failed)));
  }
}

BOOST_AUTO_TEST_CASE(a_stop_outdoes_a_restart_that_was_asked_for_before_it) {
  for (auto because : {"stop", "restart", "check_failed"}) {
    auto const r = after(up(worker_rig{}), because, "restart", "stop");
    BOOST_TEST((after_exit(r, failing) == state::stopped), because);
  }
}

BOOST_AUTO_TEST_CASE(a_stop_while_it_waits_for_its_turn_gives_the_turn_up) {
  auto r = after(worker_rig{}, "start", "stop");
  BOOST_TEST(describe(r, tell(r, "turn")) == "stopped:");
}

BOOST_AUTO_TEST_CASE(why_it_ended_is_known_when_it_ends) {
  BOOST_TEST((after(up(worker_rig{}), "exited_failing").fsm.cause() == exit_cause::itself));
  BOOST_TEST((after(up(worker_rig{}), "stop", "exited_failing").fsm.cause() == exit_cause::stop));
  BOOST_TEST((after(up(worker_rig{}), "restart", "exited_failing").fsm.cause() == exit_cause::restart));
  BOOST_TEST((after(up(worker_rig{}), "heartbeat_lost", "stop", "exited_failing").fsm.cause() ==
              exit_cause::heartbeat));
  auto r = up(worker_rig{});
  r.fsm.stop(r.now, true, exit_cause::group);
  BOOST_TEST((r.fsm.cause() == exit_cause::group));
  r = after(r, "exited_failing", "start", "turn");
  BOOST_TEST((r.fsm.cause() == exit_cause::itself));  // a new life has a new end
}

BOOST_AUTO_TEST_CASE(a_process_that_comes_too_late_for_its_start_is_ended_for_the_timeout) {
  auto r = after(worker_rig{}, "start", "turn", "timer_due");
  BOOST_TEST(describe(r, tell(r, "spawned")) == "stopping(backoff) @300: +spawned signal");
  BOOST_TEST((r.fsm.cause() == exit_cause::start_timeout));
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_ready_when_spawned_has_no_deadline) {
  worker_rig r{worker_policies{}, true};
  r = after(r, "start");
  BOOST_TEST(describe(r, tell(r, "turn")) == "starting: spawn");
  BOOST_TEST(describe(r, tell(r, "spawned")) == "running: +spawned +ready");
}

// ---- deadlines -------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_deadline_of_a_start_counts_from_its_turn_and_is_kept) {
  auto r = after(worker_rig{}, "start");
  auto const turn = r.now += 1h;  // the wait for the turn is not the worker's fault
  tell(r, "turn");
  r.now += ready_timeout / 2;
  tell(r, "spawned");
  r.now = turn + ready_timeout - 1ns;
  BOOST_TEST(describe(r, r.fsm.timer(r.now)) == "starting @0:");
  r.now += 1ns;
  BOOST_TEST(describe(r, r.fsm.timer(r.now)) == "stopping(backoff) @300: +unhealthy +stopping signal");
}

BOOST_AUTO_TEST_CASE(a_start_that_the_supervisor_slept_through_gets_half_its_time_again_but_once) {
  auto r = after(worker_rig{}, "start", "turn", "spawned");
  r.wait(ready_timeout / 2 + 1ns);
  BOOST_TEST(describe(r, r.fsm.timer(r.now)) == "starting @500:");
  BOOST_TEST((after(r, "ready").fsm.state() == state::running));
  r.wait(1h);
  BOOST_TEST(describe(r, r.fsm.timer(r.now)) == "stopping(backoff) @300: +unhealthy +stopping signal");
  r = after(r, "exited_failing", "timer_due", "turn", "spawned");
  BOOST_TEST(describe(r, tell(r, "timer_much_too_late")) == "starting @500:");  // each start has its own
}

BOOST_AUTO_TEST_CASE(a_start_deadline_that_is_noticed_a_little_late_is_not_moved) {
  auto r = after(worker_rig{}, "start", "turn", "spawned");
  r.wait(ready_timeout / 2);
  BOOST_TEST(describe(r, r.fsm.timer(r.now)) == "stopping(backoff) @300: +unhealthy +stopping signal");
}

BOOST_AUTO_TEST_CASE(the_stop_ladder_is_climbed_exactly_at_its_graces) {
  auto r = up(worker_rig{});
  auto const begin = r.now;
  BOOST_TEST(describe(r, tell(r, "stop")) == "stopping(stopped) @200: +stopping ask");
  r.now = begin + ask_grace - 1ns;
  BOOST_TEST(r.fsm.timer(r.now).empty());
  r.now += 1ns;
  BOOST_TEST(describe(r, r.fsm.timer(r.now)) == "stopping(stopped) @300: signal");
  r.now = begin + ask_grace + signal_grace - 1ns;
  BOOST_TEST(r.fsm.timer(r.now).empty());
  r.now += 1ns;
  BOOST_TEST(describe(r, r.fsm.timer(r.now)) == "stopping(stopped): kill");
  BOOST_TEST(!r.fsm.deadline());
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_within_its_grace_is_not_killed) {
  auto r = after(up(worker_rig{}), "stop", "timer_due");
  r.now = *r.fsm.deadline() - 1ns;
  BOOST_TEST(describe(r, tell(r, "exited_clean")) == "stopped: +exited +stopped");
  r.now += 1h;
  BOOST_TEST(r.fsm.timer(r.now).empty());
}

BOOST_AUTO_TEST_CASE(a_grace_of_zero_leaves_its_rung_out) {
  auto const first_rung = [](stop_policy policy) {
    auto r = up(with({}, policy));
    return describe(r, tell(r, "stop"));
  };
  BOOST_TEST(first_rung({.ask_grace = 0s, .signal_grace = 300ms}) ==
             "stopping(stopped) @300: +stopping signal");
  BOOST_TEST(first_rung({.ask_grace = 0s, .signal_grace = 0s}) == "stopping(stopped): +stopping kill");
  auto r = after(up(with({}, {.ask_grace = 200ms, .signal_grace = 0s})), "stop");
  BOOST_TEST(describe(r, tell(r, "timer_due")) == "stopping(stopped): kill");
}

BOOST_AUTO_TEST_CASE(only_a_worker_that_said_hello_in_this_life_is_asked) {
  auto r = after(worker_rig{}, "start", "turn", "spawned", "ready");
  BOOST_TEST(describe(r, r.fsm.stop(r.now, true)) == "stopping(stopped) @300: +stopping signal");
  r = after(up(worker_rig{}), "restart", "exited_clean", "turn", "spawned", "said_hello_stale", "ready");
  BOOST_TEST(describe(r, r.fsm.stop(r.now, true)) == "stopping(stopped) @300: +stopping signal");
}

BOOST_AUTO_TEST_CASE(the_generation_goes_on_from_the_last_incarnation) {
  auto r = after(worker_rig{}, "start");
  BOOST_TEST(r.current() == 7U);
  tell(r, "turn");
  BOOST_TEST(r.current() == 8U);
  r = after(r, "spawn_failed", "timer_due", "turn");
  BOOST_TEST(r.current() == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
