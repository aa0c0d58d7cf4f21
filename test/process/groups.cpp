// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <csignal>

// Ordered groups of workers.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;
using lines = std::vector<std::string>;

struct groups_of_three : supervisor_fixture {
  /// a, b and c, each ready a while after it was spawned, when it says so.
  static group_spec abc(group_strategy strategy, std::size_t count = 1) {
    group_spec group{.name = "g", .strategy = strategy};
    for (auto const* name : {"a", "b", "c"}) group.workers.push_back(up_spec_of(name, "hang", {}, count));
    group.restart = {.delay = 5ms, .backoff = 1, .jitter = 0, .max_restarts = 100'000};
    return group;
  }

  void start_abc(group_strategy strategy) {
    start(abc(strategy));
    events.clear();
  }

  std::vector<std::uint64_t> generations() const {
    std::vector<std::uint64_t> out;
    for (auto const* name : {"a", "b", "c"}) out.push_back(status_of(name).worker.generation);
    return out;
  }

  void kill_member(std::string name) { BOOST_REQUIRE(::kill(pid_of(std::move(name)), SIGKILL) == 0); }

  void check_story(std::set<kind> const& kinds, lines const& expected) const {
    BOOST_TEST(events.story(kinds) == expected, boost::test_tools::per_element());
  }
  void check_generations(std::vector<std::uint64_t> const& expected) const {
    BOOST_TEST(generations() == expected, boost::test_tools::per_element());
  }

  /// Each of the group's workers is in this state.
  bool all_are(worker_state state) const {
    auto const all = sup->status("g");
    return std::ranges::all_of(all, [state](auto const& s) { return s.state == state; });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(groups, groups_of_three)

// ---- order -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(members_are_started_in_order_each_when_the_one_before_is_ready) {
  start(abc(group_strategy::one_for_all));
  check_story({kind::spawned, kind::ready},
              {"a/0 spawned", "a/0 ready", "b/0 spawned", "b/0 ready", "c/0 spawned", "c/0 ready"});
  BOOST_TEST(sup->status("g").size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_member_of_several_instances_is_ready_when_all_are) {
  start(abc(group_strategy::one_for_one, 3));
  lines order;
  for (auto const& e :
       events.matching([](auto const& x) { return x.kind == kind::spawned || x.kind == kind::ready; }))
    order.push_back(e.worker.name + ' ' + to_string(e.kind));
  lines expected;
  for (std::string const name : {"a", "b", "c"}) {
    expected.insert(expected.end(), 3, name + " spawned");
    expected.insert(expected.end(), 3, name + " ready");
  }
  // Within a member the instances may mix; between members they may not.
  for (std::size_t i = 0; i < 18; i += 6)
    std::sort(order.begin() + static_cast<std::ptrdiff_t>(i),
              order.begin() + static_cast<std::ptrdiff_t>(i) + 6, std::greater<>{});
  BOOST_TEST(order == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_is_stopped_in_reverse_order_one_after_the_other) {
  start_abc(group_strategy::one_for_all);
  BOOST_TEST(finish(sup->async_stop("g")) == error_code{});
  check_story({kind::stopping, kind::exited},
              {"c/0 stopping", "c/0 exited", "b/0 stopping", "b/0 exited", "a/0 stopping", "a/0 exited"});
  BOOST_TEST(all_are(worker_state::stopped));
}

BOOST_AUTO_TEST_CASE(so_it_is_by_stop_all) {
  start_abc(group_strategy::one_for_one);
  BOOST_TEST(finish(sup->async_stop_all()) == error_code{});
  check_story({kind::exited}, {"c/0 exited", "b/0 exited", "a/0 exited"});
}

BOOST_AUTO_TEST_CASE(a_restart_by_command_stops_in_reverse_and_starts_in_order) {
  start_abc(group_strategy::one_for_all);
  BOOST_TEST(finish(sup->async_restart("g")) == error_code{});
  check_story({kind::exited, kind::ready},
              {"c/0 exited", "b/0 exited", "a/0 exited", "a/0 ready", "b/0 ready", "c/0 ready"});
  check_generations({2, 2, 2});
  for (auto const* name : {"a", "b", "c"}) BOOST_TEST(name_of(status_of(name).last_exit->cause) == "restart");
}

BOOST_AUTO_TEST_CASE(a_stop_in_the_middle_of_the_start_leaves_nothing_running) {
  begun const starting{sup->async_start(abc(group_strategy::one_for_all))};
  until(kind::spawned, "b");
  BOOST_TEST(finish(sup->async_stop("g")) == error_code{});
  BOOST_TEST(finish(starting) == error_code{error::stopped});
  BOOST_TEST(sup->running_pids().empty());
  BOOST_TEST(events.count(kind::spawned, "c") == 0U);
}

// ---- strategies ------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_for_one_restarts_that_worker_alone) {
  start_abc(group_strategy::one_for_one);
  kill_member("b");
  until(kind::ready, "b");
  check_generations({1, 2, 1});
  check_story({kind::exited, kind::ready}, {"b/0 exited", "b/0 ready"});
}

BOOST_AUTO_TEST_CASE(one_for_all_stops_all_in_reverse_and_starts_all_in_order) {
  start_abc(group_strategy::one_for_all);
  kill_member("b");
  until(kind::ready, "c");
  check_story({kind::exited, kind::ready},
              {"b/0 exited", "c/0 exited", "a/0 exited", "a/0 ready", "b/0 ready", "c/0 ready"});
  check_generations({2, 2, 2});
  BOOST_TEST(name_of(status_of("b").last_exit->cause) == "itself");
  BOOST_TEST(name_of(status_of("a").last_exit->cause) == "group");
  BOOST_TEST(name_of(status_of("c").last_exit->cause) == "group");
}

BOOST_AUTO_TEST_CASE(rest_for_one_restarts_it_and_those_after_it) {
  start_abc(group_strategy::rest_for_one);
  kill_member("b");
  until(kind::ready, "c");
  check_story({kind::exited, kind::ready}, {"b/0 exited", "c/0 exited", "b/0 ready", "c/0 ready"});
  check_generations({1, 2, 2});
}

BOOST_AUTO_TEST_CASE(rest_for_one_of_the_first_restarts_all_and_of_the_last_itself) {
  start_abc(group_strategy::rest_for_one);
  kill_member("c");
  until(kind::ready, "c");
  check_generations({1, 1, 2});
  kill_member("a");
  until(kind::ready, "c", 2);
  check_generations({2, 2, 3});
}

BOOST_AUTO_TEST_CASE(an_end_that_its_policy_does_not_restart_leaves_the_others_alone) {
  auto group = abc(group_strategy::one_for_all);
  group.workers[1].restart.mode = restart_mode::never;
  start(group);
  kill_member("b");
  until(kind::finished, "b");
  BOOST_TEST(state_of("a") == "running");
  BOOST_TEST(state_of("c") == "running");
  kill_member("c");
  until(kind::ready, "c", 2);
  BOOST_TEST(status_of("a").worker.generation == 2U);
}

BOOST_AUTO_TEST_CASE(two_that_end_at_once_are_one_restart_of_the_group) {
  auto group = abc(group_strategy::one_for_all);
  group.restart.max_restarts = 1;
  start(group);
  kill_member("a");
  kill_member("c");
  until([&] { return events.count(kind::ready) == 6; });
  check_generations({2, 2, 2});
  BOOST_TEST(all_are(worker_state::running));
}

// ---- failure ---------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_spent_budget_stops_the_group_in_reverse_order) {
  auto group = abc(group_strategy::one_for_all);
  group.restart.max_restarts = 1;
  start(group);
  kill_member("b");
  until(kind::ready, "c", 2);
  events.clear();
  kill_member("b");
  until([&] { return events.count(kind::failed, "b") == 1 && events.count(kind::stopped) == 2; });
  check_story({kind::exited}, {"b/0 exited", "c/0 exited", "a/0 exited"});
  BOOST_TEST(events.count(kind::spawned) == 0U);
  BOOST_TEST(events.of(kind::failed, "b").at(0).reason == error_code{error::restart_limit}.message());
  start(abc(group_strategy::one_for_all));  // and may be started again
  BOOST_TEST(all_are(worker_state::running));
}

BOOST_AUTO_TEST_CASE(a_group_that_is_started_again_goes_on_counting_generations) {
  start_abc(group_strategy::one_for_all);
  BOOST_TEST(finish(sup->async_stop("g")) == error_code{});
  auto next = abc(group_strategy::one_for_one);
  next.workers.pop_back();
  start(next);
  BOOST_TEST(sup->status("g").size() == 2U);
  BOOST_TEST(!sup->find({"c", 0, 0}).has_value());
  // As for a single worker: an id of the first life must not mean a worker of the second.
  BOOST_TEST(status_of("a").worker.generation == 2U);
  BOOST_TEST(!sup->find({"a", 0, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(a_restart_by_command_gives_a_group_that_is_down_another_life) {
  auto group = abc(group_strategy::one_for_all);
  group.restart.max_restarts = 0;
  start(group);
  kill_member("c");
  until([&] { return events.count(kind::failed) == 1 && events.count(kind::stopped) == 2; });
  BOOST_TEST(finish(sup->async_restart("g")) == error_code{});
  BOOST_TEST(all_are(worker_state::running));
}

BOOST_AUTO_TEST_CASE(a_member_that_cannot_be_started_fails_the_start_of_the_group) {
  auto group = abc(group_strategy::one_for_all);
  group.workers[1] = spec_of("b", "/nowhere");
  group.restart.max_restarts = 2;
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(group, diag)).value() == ENOENT);
  BOOST_TEST(diag.exit->worker.name == "b");
  until([&] { return events.count(kind::failed, "b") == 1 && state_of("a") == "stopped"; });
  BOOST_TEST(events.count(kind::exited, "b") == 3U);  // the first, and the two restarts of the budget
  BOOST_TEST(events.count(kind::spawned, "c") == 0U);
  BOOST_TEST(sup->running_pids().empty());
}

BOOST_AUTO_TEST_CASE(a_member_that_ends_before_it_is_ready_and_is_not_restarted_tells_its_exit) {
  auto group = abc(group_strategy::one_for_all);
  group.workers[0] = spec_of("a", "exit_with", {"3"});
  group.workers[0].restart.mode = restart_mode::never;
  ready_when_up(group.workers[0]);
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(group, diag)) == error_code{error::exited_before_ready});
  BOOST_REQUIRE(diag.exit.has_value());
  BOOST_TEST(diag.exit->worker.name == "a");
  BOOST_TEST(diag.exit->status.code() == 3);
  BOOST_TEST(events.count(kind::spawned, "b") == 0U);
}

BOOST_AUTO_TEST_CASE(a_one_for_one_member_that_fails_for_good_at_the_start_stops_the_group) {
  auto group = abc(group_strategy::one_for_one);
  group.workers[2] = spec_of("c", "/nowhere");
  group.workers[2].restart.max_restarts = 1;
  BOOST_TEST(finish(sup->async_start(group)).value() == ENOENT);
  until([&] { return events.count(kind::failed, "c") == 1 && events.count(kind::stopped) == 2; });
  check_story({kind::stopped}, {"b/0 stopped", "a/0 stopped"});
}

// ---- names -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_groups_names_are_taken) {
  start_abc(group_strategy::one_for_one);
  error_code const taken = error::already_started;
  BOOST_TEST(finish(sup->async_start(spec_of("a", "hang"))) == taken);
  BOOST_TEST(finish(sup->async_start(spec_of("g", "hang"))) == taken);
  BOOST_TEST(finish(sup->async_start(abc(group_strategy::one_for_one))) == taken);
  group_spec other{.name = "other", .workers = {spec_of("b", "hang")}};
  BOOST_TEST(finish(sup->async_start(other)) == taken);
  BOOST_TEST(sup->running_pids().size() == 3U);
}

BOOST_AUTO_TEST_CASE(so_are_those_of_a_stopped_group_of_which_one_member_runs) {
  start_abc(group_strategy::one_for_one);
  BOOST_TEST(finish(sup->async_stop("g")) == error_code{});
  BOOST_TEST(finish(sup->async_restart("b")) == error_code{});
  auto const pid = pid_of("b");
  BOOST_TEST(finish(sup->async_start(abc(group_strategy::one_for_one))) ==
             error_code{error::already_started});
  BOOST_TEST(pid_of("b") == pid);
}

BOOST_AUTO_TEST_CASE(a_removed_group_is_forgotten_with_its_members) {
  start_abc(group_strategy::one_for_all);
  BOOST_TEST(finish(sup->async_remove("a")) == error_code{error::invalid_argument});
  BOOST_TEST(finish(sup->async_remove("g")) == error_code{});
  until(kind::removed, {}, 3);
  check_story({kind::exited}, {"c/0 exited", "b/0 exited", "a/0 exited"});
  BOOST_TEST(sup->status().empty());
  start(spec_of("a", "hang"));
  start(spec_of("g", "hang"));
}

BOOST_AUTO_TEST_CASE(a_member_of_a_group_can_be_restarted_and_stopped_alone) {
  start_abc(group_strategy::one_for_all);
  BOOST_TEST(finish(sup->async_restart("b")) == error_code{});
  check_generations({1, 2, 1});
  BOOST_TEST(finish(sup->async_stop("b")) == error_code{});
  BOOST_TEST(state_of("a") == "running");
  BOOST_TEST(state_of("b") == "stopped");
  BOOST_TEST(finish(sup->async_stop("g")) == error_code{});
}

BOOST_AUTO_TEST_CASE(a_signal_to_a_group_reaches_every_member) {
  start_abc(group_strategy::one_for_one);
  BOOST_TEST(finish(sup->async_signal("g", SIGKILL)) == error_code{});
  until(kind::ready, {}, 3);
  check_generations({2, 2, 2});
}

BOOST_AUTO_TEST_SUITE_END()
