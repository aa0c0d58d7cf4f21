// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "live_supervisor.hpp"

#include <csignal>

// Restarts that do not ask, and what the exit records say of a restart.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;

/// It ends when it is killed, and no restart of it is in its budget.
worker_spec stubborn(std::string name, std::size_t count = 1) {
  auto spec = up_spec_of(std::move(name), "ignore_term", {}, count);
  spec.stop.signal_grace = 1h;
  spec.restart.max_restarts = 0;
  return spec;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(restarting)

BOOST_AUTO_TEST_CASE(one_at_once_kills_and_starts_again_without_counting_it) {
  live_supervisor sup;
  sup.start(stubborn("w"));
  for (std::uint64_t generation = 2; generation <= 4; ++generation) {
    BOOST_TEST(sup.finish(sup->async_restart("w", {.graceful = false})) == error_code{});
    auto const status = sup.status_of("w");
    BOOST_TEST(status.worker.generation == generation);
    BOOST_TEST(text(status.state) == "running");
    BOOST_TEST(status.last_exit->status.signal() == SIGKILL);
    BOOST_TEST(text(status.last_exit->cause) == "restart");
    BOOST_TEST(status.last_exit->reason == "");
  }
  BOOST_TEST(sup.events.count(kind::backoff) == 0U);
}

BOOST_AUTO_TEST_CASE(cause_and_reason_are_in_the_exit_record_of_the_one_that_was_ended) {
  live_supervisor sup;
  sup.start(spec_of("w", "hang"));
  auto const limit = sup->async_restart(sup.status_of("w").worker,
                                        {.graceful = false, .cause = exit_cause::limit, .reason = "1.2 GiB"});
  BOOST_TEST(sup.finish(limit) == error_code{});
  auto const passed = sup.await_exit(1);
  BOOST_TEST(text(passed.cause) == "limit");
  BOOST_TEST(passed.reason == "1.2 GiB");
  BOOST_TEST(sup.finish(sup->async_restart("w", {.reason = "a new configuration"})) == error_code{});
  auto const asked = sup.await_exit(2);
  BOOST_TEST(text(asked.cause) == "restart");
  BOOST_TEST(asked.reason == "a new configuration");
  BOOST_TEST(sup.signal("w", SIGKILL) == error_code{});
  BOOST_TEST(sup.await_exit(3).reason == "");
}

BOOST_AUTO_TEST_CASE(any_other_cause_is_refused_and_nothing_happens) {
  live_supervisor sup;
  sup.start(spec_of("w", "hang"));
  diagnostics diag;
  auto const restart = sup->async_restart("w", {.cause = exit_cause::heartbeat}, diag);
  BOOST_TEST(sup.finish(restart) == error_code{error::invalid_argument});
  BOOST_TEST(diag.field == "cause");
  BOOST_TEST(sup.status_of("w").worker.generation == 1U);
  BOOST_TEST(sup.events.count(kind::stopping) == 0U);
}

BOOST_AUTO_TEST_CASE(a_stale_generation_is_told_and_its_successor_left_alone) {
  live_supervisor sup;
  sup.start(spec_of("w", "hang"));
  auto const first = sup.status_of("w").worker;
  restart_options const at_once{.graceful = false, .cause = exit_cause::limit};
  BOOST_TEST(sup.finish(sup->async_restart(first, at_once)) == error_code{});
  auto const pid = sup.pid_of("w");
  BOOST_TEST(sup.finish(sup->async_restart(first, at_once)) == error_code{error::stale_generation});
  BOOST_TEST(sup.pid_of("w") == pid);
}

BOOST_AUTO_TEST_CASE(one_at_once_hastens_what_goes_on_and_leaves_its_reason) {
  live_supervisor sup;
  sup.start(stubborn("w"));
  begun const first{sup->async_restart("w", {.reason = "the first"})};
  sup.await(kind::stopping);
  auto const second = sup->async_restart("w", {.graceful = false, .reason = "the second"});
  BOOST_TEST(sup.finish(second) == error_code{});
  BOOST_TEST(sup.finish(first) == error_code{});
  BOOST_TEST(sup.await_exit().reason == "the first");
  begun const stop{sup->async_stop("w")};
  sup.await(kind::stopping, 2);
  BOOST_TEST(sup.finish(sup->async_restart("w", {.graceful = false})) == error_code{});
  BOOST_TEST(sup.finish(stop) == error_code{});
  BOOST_TEST(sup.state_of("w") == "running");
}

BOOST_AUTO_TEST_CASE(one_of_a_name_goes_from_instance_to_instance) {
  live_supervisor sup;
  sup.start(stubborn("w", 3));
  sup.events.clear();
  BOOST_TEST(sup.finish(sup->async_restart("w", {.graceful = false})) == error_code{});
  std::vector<std::string> expected;
  for (auto const* worker : {"w/0", "w/1", "w/2"})
    for (auto const* event : {" exited", " ready"}) expected.push_back(std::string{worker} + event);
  BOOST_TEST(sup.events.story({kind::exited, kind::ready}) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_a_group_every_member_ends_for_it) {
  live_supervisor sup;
  sup.start(group_spec{.name = "g",
                       .workers = {stubborn("a"), stubborn("b")},
                       .restart = {.delay = 1ms, .jitter = 0, .max_restarts = 100}});
  auto const limit =
      sup->async_restart("g", {.graceful = false, .cause = exit_cause::limit, .reason = "too much"});
  BOOST_TEST(sup.finish(limit) == error_code{});
  for (std::size_t i : {1U, 2U}) {
    auto const exit = sup.await_exit(i);
    BOOST_TEST(text(exit.cause) == "limit");
    BOOST_TEST(exit.reason == "too much");
  }
  // What happens to the group later has reasons of its own.
  BOOST_TEST(sup.signal("b", SIGKILL) == error_code{});
  sup.await(kind::stopping, 2, "a");
  BOOST_TEST(sup.signal("a", SIGKILL) == error_code{});
  auto const exit = sup.await_exit(2, "a");
  BOOST_TEST(text(exit.cause) == "group");
  BOOST_TEST(exit.reason == "");
}

BOOST_AUTO_TEST_SUITE_END()
