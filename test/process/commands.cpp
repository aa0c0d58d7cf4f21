// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>

// Start, restart and signal, and what they answer where they cannot.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;

/// How many workers were not ready at a time, at most, from the first event given on.
std::size_t most_down(std::vector<worker_event> const& events, std::size_t from) {
  std::size_t most = 0;
  std::set<std::size_t> down;
  for (std::size_t i = from; i < events.size(); ++i) {
    if (events[i].kind == kind::stopping || events[i].kind == kind::exited)
      down.insert(events[i].worker.index);
    if (events[i].kind == kind::ready) down.erase(events[i].worker.index);
    most = std::max(most, down.size());
  }
  return most;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commands, supervisor_fixture)

// ---- start -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_name_in_use_is_already_started) {
  start(spec_of("w", "hang"));
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(spec_of("w", "hang"), diag)) == error_code{error::already_started});
  BOOST_TEST(diag.message.find("\"w\"") != std::string::npos);
  BOOST_TEST(sup->running_pids().size() == 1U);
  BOOST_TEST(events.count(kind::added) == 1U);
}

BOOST_AUTO_TEST_CASE(so_is_one_in_backoff_and_one_that_is_being_stopped) {
  auto spec = spec_of("backoff", "exit_with", {"1"});
  spec.restart.delay = spec.restart.max_delay = 1h;
  start(spec);
  until(kind::backoff);
  BOOST_TEST(finish(sup->async_start(spec)) == error_code{error::already_started});
  start(up_spec_of("slow", "slow_exit", {"100"}));
  begun const stop{sup->async_stop("slow")};
  until(kind::stopping, "slow");
  BOOST_TEST(finish(sup->async_start(spec_of("slow", "hang"))) == error_code{error::already_started});
  BOOST_TEST(finish(stop) == error_code{});
}

BOOST_AUTO_TEST_CASE(a_stopped_name_starts_again_with_a_new_spec) {
  start(spec_of("w", "hang", {}, 3));
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  auto next = script("w", "exec sleep 3600", 2);
  start(next);
  BOOST_TEST(sup->status("w").size() == 2U);
  BOOST_TEST(sup->running_pids().size() == 2U);
  BOOST_TEST(events.count(kind::removed, "w") == 1U);
  // Generations go on, so that an id of the first life cannot mean a worker of the second.
  BOOST_TEST(status_of("w", 0).worker.generation == 2U);
  BOOST_TEST(!sup->find({"w", 0, 1}).has_value());
  require_soon([&] {  // an exec is not done at once
    std::ifstream commandline{"/proc/" + std::to_string(pid_of("w")) + "/cmdline"};
    std::string const text{std::istreambuf_iterator<char>{commandline}, {}};
    return text.find("3600") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(so_does_a_finished_and_a_failed_one) {
  auto finished = spec_of("finished", "exit_with", {"0"});
  finished.restart.mode = restart_mode::never;
  auto failed = spec_of("failed", "exit_with", {"1"});
  failed.restart.max_restarts = 0;
  start(finished);
  start(failed);
  until([&] { return events.count(kind::finished) == 1 && events.count(kind::failed) == 1; });
  start(spec_of("finished", "hang"));
  start(spec_of("failed", "hang"));
  BOOST_TEST(state_of("finished") == "running");
  BOOST_TEST(state_of("failed") == "running");
}

BOOST_AUTO_TEST_CASE(a_count_of_zero_is_ready_at_once) {
  start(spec_of("w", "hang", {}, 0));
  BOOST_TEST(sup->status("w").empty());
  BOOST_TEST(finish(sup->async_scale("w", 1)) == error_code{});
  BOOST_TEST(state_of("w") == "running");
}

BOOST_AUTO_TEST_CASE(arguments_are_copied_at_the_call) {
  auto spec = std::make_unique<worker_spec>(spec_of("w", "hang"));
  auto name = std::make_unique<std::string>("w");
  begun const starting{sup->async_start(*spec)};
  spec.reset();
  BOOST_TEST(finish(starting) == error_code{});
  begun const stop{sup->async_stop(*name)};
  name.reset();
  BOOST_TEST(finish(stop) == error_code{});
}

BOOST_AUTO_TEST_CASE(an_operation_that_is_not_awaited_does_nothing) {
  { [[maybe_unused]] auto const operation = sup->async_start(spec_of("w", "hang")); }
  start(spec_of("other", "hang"));
  BOOST_TEST(sup->status("w").empty());
}

// ---- restart ---------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_restart_of_one_instance_leaves_the_others_alone) {
  start(spec_of("w", "hang", {}, 3));
  auto const pids = sup->running_pids();
  BOOST_TEST(finish(sup->async_restart(worker_id{"w", 1, 0})) == error_code{});
  BOOST_TEST(pid_of("w", 0) == pids[0]);
  BOOST_TEST(pid_of("w", 1) != pids[1]);
  BOOST_TEST(pid_of("w", 2) == pids[2]);
  BOOST_TEST(name_of(status_of("w", 1).last_exit->cause) == "restart");
  BOOST_TEST(status_of("w", 1).restarts == 1U);
}

BOOST_AUTO_TEST_CASE(a_rolling_restart_has_never_more_than_one_down) {
  start(up_spec_of("w", "hang", {}, 5));
  auto const before = events.all().size();
  BOOST_TEST(finish(sup->async_restart("w")) == error_code{});
  until(kind::ready, "w", 10);
  BOOST_TEST(most_down(events.all(), before) == 1U);
  for (auto const& status : sup->status("w")) {
    BOOST_TEST(status.worker.generation == 2U);
    BOOST_TEST(name_of(status.state) == "running");
  }
}

BOOST_AUTO_TEST_CASE(an_instance_that_does_not_come_back_ends_a_rolling_restart) {
  bool bad = false;
  auto spec = spec_of("w", "hang", {}, 4);
  spec.for_instance = [&bad](std::size_t index, command& c, environment&) {
    if (bad && index == 1) c = {child_program("exit_with"), "5"};
  };
  ready_when_up(spec);
  start(spec);
  bad = true;
  diagnostics diag;
  BOOST_TEST(finish(sup->async_restart("w", diag)) == error_code{error::exited_before_ready});
  BOOST_REQUIRE(diag.exit.has_value());
  BOOST_TEST(diag.exit->worker == (worker_id{"w", 1, 2}));
  BOOST_TEST(diag.exit->status.code() == 5);
  BOOST_TEST(status_of("w", 0).worker.generation == 2U);
  BOOST_TEST(status_of("w", 2).worker.generation == 1U);
  BOOST_TEST(status_of("w", 3).worker.generation == 1U);
}

BOOST_AUTO_TEST_CASE(a_restart_starts_what_is_down) {
  start(spec_of("w", "hang", {}, 2));
  BOOST_TEST(finish(sup->async_stop(worker_id{"w", 1, 0})) == error_code{});
  BOOST_TEST(finish(sup->async_restart("w")) == error_code{});
  BOOST_TEST(state_of("w", 0) == "running");
  BOOST_TEST(state_of("w", 1) == "running");
}

BOOST_AUTO_TEST_CASE(a_restart_in_backoff_does_not_wait_for_it) {
  auto spec = spec_of("w", "exit_with", {"1"});
  spec.restart.delay = spec.restart.max_delay = 1h;
  start(spec);
  until(kind::backoff, "w");
  BOOST_TEST(finish(sup->async_restart("w")) == error_code{});
  until(kind::backoff, "w", 2);
}

BOOST_AUTO_TEST_CASE(two_restarts_at_once_both_complete) {
  start(up_spec_of("w", "slow_exit", {"20"}, 2));
  begun const first{sup->async_restart("w")};
  begun const second{sup->async_restart("w")};
  BOOST_TEST(finish(first) == error_code{});
  BOOST_TEST(finish(second) == error_code{});
  for (auto const& status : sup->status("w")) BOOST_TEST(name_of(status.state) == "running");
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_restart_that_waits) {
  start(up_spec_of("w", "slow_exit", {"50"}));
  begun const restart{sup->async_restart("w")};
  until(kind::stopping, "w");
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(finish(restart) == error_code{error::stopped});
  BOOST_TEST(state_of("w") == "stopped");
}

// ---- whom a command is for -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_unknown_name_or_index_is_not_found) {
  start(spec_of("w", "hang"));
  error_code const not_found = error::not_found;
  for (auto const& which : {worker_selector{"nobody"}, worker_selector{worker_id{"w", 1, 0}},
                            worker_selector{worker_id{"nobody", 0, 0}}}) {
    BOOST_TEST(finish(sup->async_stop(which)) == not_found);
    BOOST_TEST(finish(sup->async_restart(which)) == not_found);
    BOOST_TEST(finish(sup->async_signal(which, SIGTERM)) == not_found);
  }
  BOOST_TEST(finish(sup->async_scale("nobody", 1)) == not_found);
  BOOST_TEST(finish(sup->async_remove("nobody")) == not_found);
  diagnostics diag;
  BOOST_TEST(finish(sup->async_restart("nobody", diag)) == not_found);
  BOOST_TEST(diag.message.find("nobody") != std::string::npos);
  BOOST_TEST(sup->running_pids().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stale_generation_is_told_and_its_successor_left_alone) {
  start(spec_of("w", "hang"));
  auto const first = status_of("w").worker;
  BOOST_TEST(finish(sup->async_restart(first)) == error_code{});
  auto const pid = pid_of("w");
  error_code const stale = error::stale_generation;
  BOOST_TEST(finish(sup->async_stop(first)) == stale);
  BOOST_TEST(finish(sup->async_restart(first)) == stale);
  BOOST_TEST(finish(sup->async_signal(first, SIGKILL)) == stale);
  BOOST_TEST(!sup->find(first).has_value());
  BOOST_TEST(pid_of("w") == pid);
  BOOST_TEST(finish(sup->async_stop(status_of("w").worker)) == error_code{});
}

// ---- signal ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_signal_reaches_each_of_a_name_or_one) {
  auto spec = script("w", "trap 'echo usr1' USR1; echo up; while :; do sleep 3600 & wait; done", 3);
  ready_when_up(spec);
  std::multiset<std::size_t> heard;
  spec.output.on_line = [&heard, next = spec.output.on_line](output_line const& line) {
    if (line.text == "usr1") heard.insert(line.worker.index);
    next(line);
  };
  start(spec);
  BOOST_TEST(finish(sup->async_signal("w", SIGUSR1)) == error_code{});
  until([&] { return heard.size() == 3; });
  BOOST_TEST(finish(sup->async_signal(worker_id{"w", 1, 0}, SIGUSR1)) == error_code{});
  until([&] { return heard.size() == 4; });
  BOOST_TEST(heard.count(1) == 2U);
  BOOST_TEST(state_of("w", 1) == "running");
}

BOOST_AUTO_TEST_CASE(a_worker_ended_by_a_signal_of_ours_has_ended_by_itself_and_is_restarted) {
  start(spec_of("w", "hang"));
  BOOST_TEST(finish(sup->async_signal("w", SIGTERM)) == error_code{});
  until(kind::ready, "w", 2);
  BOOST_TEST(status_of("w").last_exit->status.signal() == SIGTERM);
  BOOST_TEST(name_of(status_of("w").last_exit->cause) == "itself");
}

BOOST_AUTO_TEST_CASE(a_signal_that_is_none_is_EINVAL_and_one_to_nobody_is_not_found) {
  start(spec_of("w", "hang"));
  BOOST_TEST(finish(sup->async_signal("w", 9999)).value() == EINVAL);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(finish(sup->async_signal("w", SIGTERM)) == error_code{error::not_found});
}

BOOST_AUTO_TEST_SUITE_END()
