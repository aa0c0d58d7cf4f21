// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <csignal>

// Commands to a member of a group alone, and what its group makes of them.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;
using lines = std::vector<std::string>;

struct group_and_member : supervisor_fixture {
  bool open = false;

  static worker_spec willing(std::string name) { return up_spec_of(std::move(name), "hang"); }

  /// It stops when the test kills it.
  static worker_spec stubborn(std::string name, std::size_t count = 1) {
    auto spec = up_spec_of(std::move(name), "ignore_term", {}, count);
    spec.stop.signal_grace = 1h;
    return spec;
  }

  /// It is ready when the test opens the gate; its first `exempt` instances at once.
  worker_spec gated(std::string name, std::size_t count = 1, std::size_t exempt = 0) {
    auto spec = spec_of(std::move(name), "hang", {}, count);
    auto const is_ready = [this, exempt](worker_view view) -> boost::asio::awaitable<health_result> {
      co_return health_result{open || view.worker.index < exempt, "the gate is closed"};
    };
    spec.ready = ready_when::check(is_ready, patience, 2ms);
    return spec;
  }

  static group_spec group_of(worker_spec a, worker_spec b, worker_spec c,
                             group_strategy strategy = group_strategy::one_for_all) {
    group_spec group{.name = "g", .strategy = strategy, .workers = {}};
    for (auto* member : {&a, &b, &c}) group.workers.push_back(std::move(*member));
    group.restart = {.delay = 5ms, .backoff = 1, .jitter = 0, .max_restarts = 100'000};
    return group;
  }

  void start_group(group_spec const& group) {
    start(group);
    events.clear();
  }

  /// Has a command that was begun reach the supervisor.
  void let_it_arrive() {
    context.restart();
    context.poll();
  }

  void kill_worker(std::string name, std::size_t index = 0) {
    BOOST_REQUIRE(::kill(pid_of(std::move(name), index), SIGKILL) == 0);
  }

  void check_story(std::set<kind> const& kinds, lines const& expected) const {
    BOOST_TEST(events.story(kinds) == expected, boost::test_tools::per_element());
  }
  void check_states(lines const& expected) const {
    lines const states{state_of("a"), state_of("b"), state_of("c")};
    BOOST_TEST(states == expected, boost::test_tools::per_element());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(group_commands, group_and_member)

// ---- while the group stops -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_member_that_is_restarted_while_its_group_stops_it_comes_up_and_the_group_goes_on) {
  start_group(group_of(willing("a"), stubborn("b"), willing("c")));
  begun const stop{sup->async_stop("g")};
  until(kind::stopping, "b");
  begun const restart{sup->async_restart("b")};
  let_it_arrive();
  kill_worker("b");
  BOOST_TEST(finish(stop) == error_code{});
  BOOST_TEST(finish(restart) == error_code{});
  check_states({"stopped", "running", "stopped"});
  BOOST_TEST(finish(sup->async_stop("g", stop_options{.graceful = false})) == error_code{});
  check_states({"stopped", "stopped", "stopped"});
}

BOOST_AUTO_TEST_CASE(a_member_that_is_restarted_while_a_restart_of_its_group_stops_it_is_found_up) {
  start_group(group_of(willing("a"), stubborn("b"), willing("c")));
  kill_worker("a");
  until(kind::stopping, "b");
  begun const restart{sup->async_restart("b")};
  let_it_arrive();
  kill_worker("b");
  until(kind::ready, "c");
  BOOST_TEST(finish(restart) == error_code{});
  check_states({"running", "running", "running"});
  for (auto const* name : {"a", "b", "c"}) BOOST_TEST(status_of(name).worker.generation == 2U);
}

BOOST_AUTO_TEST_CASE(a_member_that_is_scaled_up_while_its_group_stops_it_has_the_new_ones_up) {
  start_group(group_of(willing("a"), stubborn("b"), willing("c")));
  begun const stop{sup->async_stop("g")};
  until(kind::stopping, "b");
  BOOST_TEST(finish(sup->async_scale("b", 2)) == error_code{});
  kill_worker("b");
  BOOST_TEST(finish(stop) == error_code{});
  check_states({"stopped", "stopped", "stopped"});
  BOOST_TEST(state_of("b", 1) == "running");
}

BOOST_AUTO_TEST_CASE(a_member_that_is_scaled_down_while_its_group_stops_it_keeps_nobody_waiting) {
  start_group(group_of(willing("a"), stubborn("b", 2), willing("c")));
  auto const last = pid_of("b", 1);
  begun const stop{sup->async_stop("g")};
  until(kind::stopping, "b", 2);
  kill_worker("b", 0);
  until(kind::stopped, "b");
  begun const scale{sup->async_scale("b", 1)};
  until(kind::stopped, "a");
  BOOST_TEST(!scale.done());
  BOOST_REQUIRE(::kill(last, SIGKILL) == 0);
  BOOST_TEST(finish(scale) == error_code{});
  BOOST_TEST(finish(stop) == error_code{});
  check_states({"stopped", "stopped", "stopped"});
}

BOOST_AUTO_TEST_CASE(a_member_that_ends_after_its_group_has_passed_it_on_its_way_down_is_given_up) {
  auto const group = group_of(stubborn("a"), willing("b"), willing("c"));
  start_group(group);
  begun const stop{sup->async_stop("g")};
  until(kind::stopping, "a");
  BOOST_TEST(finish(sup->async_restart("b")) == error_code{});
  kill_worker("b");
  until(kind::backoff, "b");
  BOOST_TEST(!stop.done());
  kill_worker("a");
  BOOST_TEST(finish(stop) == error_code{});
  check_states({"stopped", "failed", "stopped"});
  start(group);
  check_states({"running", "running", "running"});
}

BOOST_AUTO_TEST_CASE(a_member_that_ends_while_its_group_is_down_is_given_up) {
  start_group(group_of(willing("a"), willing("b"), willing("c")));
  BOOST_TEST(finish(sup->async_stop("g")) == error_code{});
  BOOST_TEST(finish(sup->async_restart("b")) == error_code{});
  events.clear();
  kill_worker("b");
  until(kind::failed, "b");
  context.poll();
  check_story({kind::exited, kind::backoff, kind::failed, kind::spawned},
              {"b/0 exited", "b/0 backoff", "b/0 failed"});
  check_states({"stopped", "failed", "stopped"});
}

// ---- while the group starts ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_member_that_is_scaled_down_while_it_starts_keeps_nobody_waiting) {
  begun const starting{sup->async_start(group_of(willing("a"), gated("b", 2, 1), willing("c")))};
  until(kind::ready, "b");
  until(kind::spawned, "b", 2);
  BOOST_TEST(finish(sup->async_scale("b", 1)) == error_code{});
  until(kind::ready, "c");
  finish(starting);  // in vain: b/1 never was ready
  check_states({"running", "running", "running"});
  BOOST_TEST(sup->status("g").size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_member_that_is_scaled_up_while_it_starts_is_ready_when_the_new_ones_are) {
  begun const starting{sup->async_start(group_of(willing("a"), gated("b"), willing("c")))};
  until(kind::spawned, "b");
  begun const scale{sup->async_scale("b", 2)};
  until(kind::spawned, "b", 2);
  open = true;
  BOOST_TEST(finish(starting) == error_code{});
  BOOST_TEST(finish(scale) == error_code{});
  check_story({kind::stopping}, {});
  check_states({"running", "running", "running"});
  BOOST_TEST(state_of("b", 1) == "running");
}

BOOST_AUTO_TEST_CASE(a_member_that_is_started_before_its_turn_and_ends_does_not_make_the_group_skip_others) {
  begun const starting{
      sup->async_start(group_of(gated("a"), willing("b"), willing("c"), group_strategy::rest_for_one))};
  until(kind::spawned, "a");
  BOOST_TEST(finish(sup->async_restart("c")) == error_code{});
  kill_worker("c");
  until(kind::backoff, "c");
  open = true;
  BOOST_TEST(finish(starting) == error_code{});
  until(kind::ready, "c", 2);
  check_states({"running", "running", "running"});
  BOOST_TEST(events.count(kind::spawned, "b") == 1U);
}

BOOST_AUTO_TEST_CASE(a_member_that_is_stopped_in_its_turn_to_start_ends_the_waiting_and_not_the_group) {
  begun const starting{sup->async_start(group_of(willing("a"), gated("b"), willing("c")))};
  until(kind::spawned, "b");
  BOOST_TEST(finish(sup->async_stop("b")) == error_code{});
  BOOST_TEST(finish(starting) == error_code{error::stopped});
  until(kind::ready, "c");
  check_states({"running", "stopped", "running"});
}

// ---- a member that was stopped alone ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_member_that_was_stopped_alone_stays_down_when_its_group_restarts) {
  start_group(group_of(willing("a"), willing("b"), willing("c")));
  BOOST_TEST(finish(sup->async_stop("b")) == error_code{});
  events.clear();
  kill_worker("a");
  until(kind::ready, "c");
  check_story({kind::spawned}, {"a/0 spawned", "c/0 spawned"});
  check_states({"running", "stopped", "running"});
}

BOOST_AUTO_TEST_CASE(so_does_one_that_is_stopped_while_its_group_stops_it_for_a_restart) {
  start_group(group_of(willing("a"), stubborn("b"), willing("c")));
  kill_worker("a");
  until(kind::stopping, "b");
  begun const stop{sup->async_stop("b")};
  let_it_arrive();
  kill_worker("b");
  BOOST_TEST(finish(stop) == error_code{});
  until(kind::ready, "c");
  check_story({kind::spawned}, {"a/0 spawned", "c/0 spawned"});
  check_states({"running", "stopped", "running"});
}

BOOST_AUTO_TEST_CASE(until_a_command_starts_it) {
  start_group(group_of(willing("a"), willing("b"), willing("c")));
  BOOST_TEST(finish(sup->async_stop("b")) == error_code{});
  BOOST_TEST(finish(sup->async_restart("b")) == error_code{});
  events.clear();
  kill_worker("a");
  until(kind::ready, "c");
  check_story({kind::spawned}, {"a/0 spawned", "b/0 spawned", "c/0 spawned"});
}

BOOST_AUTO_TEST_CASE(or_a_command_restarts_the_group) {
  start_group(group_of(willing("a"), willing("b"), willing("c")));
  BOOST_TEST(finish(sup->async_stop("b")) == error_code{});
  BOOST_TEST(finish(sup->async_restart("g")) == error_code{});
  check_states({"running", "running", "running"});
}

BOOST_AUTO_TEST_SUITE_END()
