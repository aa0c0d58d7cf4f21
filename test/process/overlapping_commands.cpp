// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Commands that meet others under way.

#include "live_supervisor.hpp"

BOOST_AUTO_TEST_SUITE(overlapping_commands)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

worker_spec never_ready(std::size_t count) {
  auto spec = child_spec("hang");
  spec.count = count;
  spec.ready = ready_when::check(
      [](worker_view) -> asio::awaitable<health_result> {
        co_return health_result{false, "never"};
      },
      patience, 1ms);
  return spec;
}

worker_spec member(std::string name, std::string program, std::vector<std::string> args = {}) {
  auto spec = child_spec(std::move(program), std::move(args));
  spec.name = std::move(name);
  return spec;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stop_starts_none_of_those_that_wait_for_their_turn) {
  live_supervisor sup{{.max_starting = 1}};
  begun const started{sup->async_start(never_ready(5))};
  sup.until(event_kind::spawned);
  BOOST_TEST(!sup.stop("hang"));
  BOOST_TEST(sup.events.count(event_kind::spawned) == 1u);
  BOOST_TEST(sup.finish(started) == make_error_code(error::stopped));
}

BOOST_AUTO_TEST_CASE(a_cancelled_start_of_those_that_wait_for_their_turn_is_aborted) {
  live_supervisor sup{{.max_starting = 1}};
  begun blocker{sup->async_start(never_ready(1))};
  sup.until(event_kind::spawned);
  begun starting{sup->async_start(member("waits", "hang"))};
  sup.until(event_kind::added, "waits");
  starting.cancel(asio::cancellation_type::terminal);
  BOOST_TEST(sup.finish(starting) == asio::error::operation_aborted);
  BOOST_TEST(sup.events.count(event_kind::spawned, "waits") == 0u);
  BOOST_TEST(!sup.stop_all());
  sup.finish(blocker);
}

BOOST_AUTO_TEST_CASE(a_stop_at_once_hastens_those_that_are_scaled_away) {
  live_supervisor sup;
  auto spec = child_spec("ignore_term");
  spec.count = 2;
  spec.stop.signal_grace = 1h;
  sup.lines.clear();
  sup.start(sup.captured(spec));
  sup.until([&] { return sup.lines.size() == 2; });
  begun const scaled{sup->async_scale("ignore_term", 1)};
  sup.until(event_kind::stopping);
  BOOST_TEST(!sup.finish(sup->async_stop_all({.graceful = false})));
  BOOST_TEST(!sup.finish(scaled));
}

BOOST_AUTO_TEST_CASE(a_stop_of_a_group_that_a_restart_overtakes_ends) {
  live_supervisor sup;
  group_spec group{.name = "g", .strategy = group_strategy::one_for_all};
  auto slow = member("b", "slow_exit", {"200"});
  group.workers = {member("a", "hang"), sup.captured(slow)};
  group.restart = {.delay = 1h, .max_delay = 1h, .max_restarts = 100};
  sup.start(group);
  sup.until([&] { return !sup.lines.empty(); });
  ::kill(sup.pid_of("a"), SIGKILL);
  sup.until(event_kind::stopping, "b");
  begun const stopped{sup->async_stop("g")};
  begun const restarted{sup->async_restart("g")};
  BOOST_TEST(!sup.finish(stopped));
  BOOST_TEST(!sup.finish(restarted));
  BOOST_TEST(sup->running_pids().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_restart_of_a_group_restarts_those_too_that_its_stop_had_passed) {
  live_supervisor sup;
  group_spec group{.name = "g"};
  group.workers = {member("a", "hang"), sup.captured(member("b", "slow_exit", {"200"})), member("c", "hang")};
  sup.start(group);
  sup.until([&] { return !sup.lines.empty(); });
  begun const stopped{sup->async_stop("g")};
  sup.until(event_kind::stopping, "b");
  BOOST_TEST(!sup.restart("c"));
  begun const restarted{sup->async_restart("g")};
  BOOST_TEST(!sup.finish(stopped));
  BOOST_TEST(!sup.finish(restarted));
  BOOST_TEST(sup.status_of("c").worker.generation == 3u);
}

BOOST_AUTO_TEST_CASE(a_group_that_is_removed_ends_its_members_by_their_ladder_though_one_crashes_meanwhile) {
  live_supervisor sup;
  group_spec group{.name = "g", .strategy = group_strategy::one_for_one};
  auto a = member("a", "hang");
  a.restart = {.delay = 1ms, .backoff = 1, .max_restarts = 1000};
  group.workers = {a, sup.captured(member("b", "slow_exit", {"200"}))};
  sup.start(group);
  sup.until([&] { return !sup.lines.empty(); });
  begun const removed{sup->async_remove("g")};
  sup.until(event_kind::stopping, "b");
  ::kill(sup.pid_of("a"), SIGKILL);
  BOOST_TEST(!sup.finish(removed));
  BOOST_TEST(sup->status().empty());
  BOOST_TEST(sup->running_pids().empty());
  for (auto const* name : {"a", "b"}) {
    auto const all = sup.events.of(event_kind::removed, name);
    BOOST_REQUIRE(all.size() == 1u);
    BOOST_TEST(all[0].pid == 0);
  }
  BOOST_TEST(sup.events.count(event_kind::exited, "a") == sup.events.count(event_kind::spawned, "a"));
}

BOOST_AUTO_TEST_CASE(a_group_that_is_being_removed_takes_no_more_commands) {
  live_supervisor sup;
  group_spec group{.name = "g"};
  group.workers = {sup.captured(member("a", "slow_exit", {"200"}))};
  sup.start(group);
  sup.until([&] { return !sup.lines.empty(); });
  begun const removed{sup->async_remove("g")};
  sup.until(event_kind::stopping, "a");
  for (auto const* name : {"g", "a"}) BOOST_TEST(sup.restart(name) == make_error_code(error::not_found));
  begun const again{sup->async_remove("g")};
  BOOST_TEST(!sup.finish(removed));
  BOOST_TEST(!sup.finish(again));
}

BOOST_AUTO_TEST_SUITE_END()
