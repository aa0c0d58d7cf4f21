// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <csignal>

// More workers, fewer workers, none; and how many may start at a time.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;

struct scaled : supervisor_fixture {
  std::vector<std::size_t> indexes(std::string_view name) const {
    std::vector<std::size_t> out;
    for (auto const& status : sup->status(name)) out.push_back(status.worker.index);
    return out;
  }

  void check_indexes(std::vector<std::size_t> const& expected) const {
    BOOST_TEST(indexes("w") == expected, boost::test_tools::per_element());
  }
};

/// How many were starting at a time, at most.
std::size_t most_starting(std::vector<worker_event> const& events) {
  std::size_t most = 0;
  std::set<worker_id> starting;
  for (auto const& e : events) {
    if (e.kind == kind::spawned) starting.insert(e.worker);
    if (e.kind == kind::ready || e.kind == kind::exited) starting.erase(e.worker);
    most = std::max(most, starting.size());
  }
  return most;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(scaling, scaled)

// ---- up and down -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(up_starts_what_is_missing_and_leaves_the_others_alone) {
  start(up_spec_of("w", "hang", {}, 2));
  auto const before = sup->running_pids();
  BOOST_TEST(finish(sup->async_scale("w", 5)) == error_code{});
  check_indexes({0, 1, 2, 3, 4});
  for (auto const& status : sup->status()) BOOST_TEST(name_of(status.state) == "running");
  BOOST_TEST(pid_of("w", 0) == before[0]);
  BOOST_TEST(pid_of("w", 1) == before[1]);
}

BOOST_AUTO_TEST_CASE(down_ends_those_with_the_highest_indexes_and_takes_them_off_the_list) {
  start(up_spec_of("w", "slow_exit", {"20"}, 5));
  auto const before = sup->running_pids();
  BOOST_TEST(finish(sup->async_scale("w", 2)) == error_code{});
  check_indexes({0, 1});
  BOOST_TEST(pid_of("w", 0) == before[0]);
  BOOST_TEST(pid_of("w", 1) == before[1]);
  until(kind::removed, "w", 3);
  for (auto const& e : events.of(kind::exited)) {
    BOOST_TEST(e.worker.index >= 2U);
    BOOST_TEST(e.exit->status.success());  // gracefully
    BOOST_TEST(name_of(e.exit->cause) == "stop");
  }
  BOOST_TEST(!sup->find({"w", 2, 0}).has_value());
  BOOST_TEST(sup->exits({"w", 2, 0}).empty());
}

BOOST_AUTO_TEST_CASE(to_zero_leaves_a_name_without_workers_that_can_grow_again) {
  start(spec_of("w", "hang", {}, 3));
  BOOST_TEST(finish(sup->async_scale("w", 0)) == error_code{});
  BOOST_TEST(sup->status("w").empty());
  BOOST_TEST(!has_children());
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});  // the name is known
  BOOST_TEST(finish(sup->async_scale("w", 2)) == error_code{});
  check_indexes({0, 1});
}

BOOST_AUTO_TEST_CASE(to_the_same_count_is_a_success) {
  start(spec_of("w", "hang", {}, 2));
  BOOST_TEST(finish(sup->async_scale("w", 2)) == error_code{});
  BOOST_TEST(events.count(kind::spawned) == 2U);
}

BOOST_AUTO_TEST_CASE(a_new_worker_that_fails_fails_the_scaling) {
  auto spec = spec_of("w", "hang", {}, 2);
  spec.for_instance = [](std::size_t index, command& c, environment&) {
    if (index == 3) c.program = "/nowhere";
  };
  start(spec);
  diagnostics diag;
  BOOST_TEST(finish(sup->async_scale("w", 4, diag)).value() == ENOENT);
  BOOST_TEST(diag.exit->worker == (worker_id{"w", 3, 1}));
}

BOOST_AUTO_TEST_CASE(a_count_beyond_reason_is_refused) {
  start(spec_of("w", "hang"));
  diagnostics diag;
  BOOST_TEST(finish(sup->async_scale("w", 1'000'000'000, diag)) == error_code{error::invalid_argument});
  BOOST_TEST(diag.field == "count");
}

BOOST_AUTO_TEST_CASE(a_member_of_a_group_can_be_scaled) {
  group_spec group{.name = "g", .workers = {spec_of("a", "hang"), spec_of("b", "hang")}};
  group.restart = {.delay = 1ms, .max_restarts = 1000};
  start(group);
  BOOST_TEST(finish(sup->async_scale("b", 3)) == error_code{});
  BOOST_TEST(sup->status("g").size() == 4U);
  ::kill(pid_of("b", 2), SIGKILL);
  until(kind::ready, {}, 8);
  BOOST_TEST(finish(sup->async_scale("b", 0)) == error_code{});
  BOOST_TEST(sup->status("g").size() == 1U);
  BOOST_TEST(finish(sup->async_stop("g")) == error_code{});
}

// ---- in the middle of something --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(down_while_the_start_goes_on_ends_what_was_starting) {
  auto spec = spec_of("w", "hang", {}, 3);
  spec.ready = ready_when::check([](worker_view view) -> boost::asio::awaitable<health_result> {
    co_return health_result{view.worker.index == 0, "never"};
  });
  begun const starting{sup->async_start(spec)};
  until(kind::spawned, "w", 3);
  BOOST_TEST(finish(sup->async_scale("w", 1)) == error_code{});
  BOOST_TEST(finish(starting) == error_code{error::stopped});
  check_indexes({0});
}

BOOST_AUTO_TEST_CASE(up_again_while_it_goes_down_starts_new_workers_at_once) {
  start(up_spec_of("w", "slow_exit", {"100"}, 3));
  begun const down{sup->async_scale("w", 1)};
  until(kind::stopping, "w", 2);
  BOOST_TEST(finish(sup->async_scale("w", 3)) == error_code{});
  BOOST_TEST(finish(down) == error_code{});
  check_indexes({0, 1, 2});
  for (auto const& status : sup->status()) BOOST_TEST(name_of(status.state) == "running");
  BOOST_TEST(sup->running_pids().size() == 3U);
}

BOOST_AUTO_TEST_CASE(down_in_backoff_and_up_again) {
  auto spec = spec_of("w", "exit_with", {"1"}, 2);
  spec.restart.delay = spec.restart.max_delay = 1h;
  start(spec);
  until(kind::backoff, "w", 2);
  BOOST_TEST(finish(sup->async_scale("w", 1)) == error_code{});
  check_indexes({0});
  BOOST_TEST(finish(sup->async_scale("w", 2)) == error_code{});
  BOOST_TEST(status_of("w", 1).worker.generation >= 1U);
}

BOOST_AUTO_TEST_CASE(down_during_a_rolling_restart_ends_both) {
  start(up_spec_of("w", "slow_exit", {"20"}, 4));
  begun const restart{sup->async_restart("w")};
  until(kind::stopping, "w");
  BOOST_TEST(finish(sup->async_scale("w", 1)) == error_code{});
  auto const ec = finish(restart);
  BOOST_TEST((!ec || ec == error::stopped || ec == error::not_found));
  check_indexes({0});
  BOOST_TEST(sup->running_pids().size() == 1U);
}

// ---- remove ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_removed_name_is_stopped_and_forgotten) {
  start(up_spec_of("w", "slow_exit", {"10"}, 2));
  BOOST_TEST(finish(sup->async_remove("w")) == error_code{});
  BOOST_TEST(sup->status().empty());
  BOOST_TEST(!has_children());
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{error::not_found});
  BOOST_TEST(finish(sup->async_remove("w")) == error_code{error::not_found});
  start(spec_of("w", "hang"));
}

BOOST_AUTO_TEST_CASE(what_is_at_rest_can_be_removed) {
  auto spec = spec_of("w", "exit_with", {"0"});
  spec.restart.mode = restart_mode::never;
  start(spec);
  until(kind::finished);
  BOOST_TEST(finish(sup->async_remove("w")) == error_code{});
  BOOST_TEST(sup->status().empty());
}

BOOST_AUTO_TEST_CASE(a_removal_during_a_start_stops_it) {
  auto spec = spec_of("w", "hang", {}, 2);
  spec.ready = ready_when::check([](worker_view) -> boost::asio::awaitable<health_result> {
    co_return health_result{false, "never"};
  });
  begun const starting{sup->async_start(spec)};
  until(kind::spawned, "w", 1);
  BOOST_TEST(finish(sup->async_remove("w")) == error_code{});
  BOOST_TEST(finish(starting) == error_code{error::stopped});
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_name_can_be_started_again_while_its_last_workers_still_go) {
  start(up_spec_of("w", "slow_exit", {"200"}, 2));
  begun const remove{sup->async_remove("w")};
  until(kind::stopping, "w", 2);
  start(spec_of("w", "hang"));
  BOOST_TEST(!remove.done());
  BOOST_TEST(finish(remove) == error_code{});
  check_indexes({0});
  BOOST_TEST(state_of("w") == "running");
  BOOST_TEST(finish(sup->async_stop_all()) == error_code{});
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(stop_all_waits_for_those_that_are_being_removed) {
  start(up_spec_of("w", "slow_exit", {"50"}, 2));
  begun const remove{sup->async_remove("w")};
  until(kind::stopping, "w", 2);
  BOOST_TEST(finish(sup->async_stop_all()) == error_code{});
  BOOST_TEST(!has_children());
  BOOST_TEST(finish(remove) == error_code{});
}

// ---- max_starting ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(no_more_than_max_starting_start_at_a_time) {
  make({.max_starting = 3});
  start(up_spec_of("w", "hang", {}, 12));
  BOOST_TEST(most_starting(events.all()) <= 3U);
  ::kill(pid_of("w", 0), SIGKILL);
  until(kind::ready, "w", 13);  // and turns are not used up
  for (auto const pid : sup->running_pids()) ::kill(pid, SIGKILL);
  until(kind::ready, "w", 25);
  BOOST_TEST(most_starting(events.all()) <= 3U);
}

BOOST_AUTO_TEST_CASE(those_that_wait_for_their_turn_are_pending) {
  make({.max_starting = 1});
  bool open = false;
  auto spec = spec_of("w", "hang", {}, 3);
  spec.ready = ready_when::check(
      [&open](worker_view) -> boost::asio::awaitable<health_result> {
        co_return health_result{open, "no"};
      },
      patience, 1ms);
  begun const starting{sup->async_start(spec)};
  until(kind::spawned, "w");
  BOOST_TEST(state_of("w", 0) == "starting");
  BOOST_TEST(state_of("w", 1) == "pending");
  BOOST_TEST(finish(sup->async_stop(worker_id{"w", 1, 0})) == error_code{});  // no process, no turn
  BOOST_TEST(finish(starting) == error_code{error::stopped});
  open = true;
  until(kind::ready, "w", 2);
  BOOST_TEST(state_of("w", 1) == "stopped");
  BOOST_TEST(state_of("w", 2) == "running");
  BOOST_TEST(events.count(kind::spawned) == 2U);
}

BOOST_AUTO_TEST_CASE(a_worker_that_fails_to_start_gives_its_turn_back) {
  make({.max_starting = 1});
  auto bad = spec_of("bad", "/nowhere");
  bad.restart.max_restarts = 0;
  BOOST_TEST(finish(sup->async_start(bad)).value() == ENOENT);
  auto early = spec_of("early", "exit_with", {"1"});
  early.restart.max_restarts = 0;
  ready_when_up(early);
  BOOST_TEST(finish(sup->async_start(early)) == error_code{error::exited_before_ready});
  start(spec_of("good", "hang"));
}

BOOST_AUTO_TEST_SUITE_END()
