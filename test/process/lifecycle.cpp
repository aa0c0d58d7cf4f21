// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>

// A worker's life: ready, ended, restarted, given up.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;

struct lives : supervisor_fixture {
  /// The exit code of each exit of the worker, in order.
  std::vector<int> exit_codes(std::string_view name) const {
    std::vector<int> out;
    for (auto const& e : events.of(kind::exited, name)) out.push_back(e.exit->status.code());
    return out;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lifecycle, lives)

// ---- which exits are followed by a restart ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(always_restarts_after_a_clean_exit_and_after_a_crash) {
  start(spec_of("clean", "exit_with", {"0"}));
  start(spec_of("crash", "crash", {std::to_string(SIGSEGV)}));
  until([&] { return events.count(kind::ready, "clean") >= 3 && events.count(kind::ready, "crash") >= 3; });
  auto const exit = events.of(kind::exited, "crash").at(1).exit;
  BOOST_TEST(exit->status == exit_status::from_signal(SIGSEGV, false));
  BOOST_TEST(name_of(exit->cause) == "itself");
  BOOST_TEST(exit->worker == (worker_id{"crash", 0, 2}));
  BOOST_TEST(status_of("clean").restarts >= 2U);
}

BOOST_AUTO_TEST_CASE(on_failure_does_not_restart_after_a_clean_exit_and_keeps_it_listed) {
  auto spec = spec_of("once", "exit_with", {"0"});
  spec.restart.mode = restart_mode::on_failure;
  start(spec);
  until(kind::finished, "once");
  BOOST_TEST(state_of("once") == "finished");
  BOOST_TEST(status_of("once").last_exit->status.success());
  BOOST_TEST(status_of("once").restarts == 0U);
  BOOST_TEST(events.count(kind::exited) == 1U);
}

BOOST_AUTO_TEST_CASE(on_failure_restarts_until_the_exit_is_clean) {
  test_pipe pipe;  // holds a letter for each failure that is to come
  BOOST_REQUIRE(::write(pipe.write_end.get(), "xxx", 3) == 3);
  pipe.write_end.reset();
  auto spec = script("flaky", "x=$(head -c 1 <&3); test -z \"$x\"");
  spec.process.descriptors = {{.source = pipe.read_end.get(), .target = 3}};
  spec.restart.mode = restart_mode::on_failure;
  start(spec);
  until(kind::finished, "flaky");
  BOOST_TEST(exit_codes("flaky") == (std::vector{1, 1, 1, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(which_exits_are_clean_is_configurable) {
  auto code = spec_of("code", "exit_with", {"17"});
  code.restart.mode = restart_mode::on_failure;
  code.restart.clean_exit_codes = {0, 17};
  auto signal = spec_of("signal", "crash", {std::to_string(SIGUSR1)});
  signal.restart.mode = restart_mode::on_failure;
  signal.restart.clean_signals = {SIGUSR1};
  start(code);
  start(signal);
  until(kind::finished, {}, 2);
  BOOST_TEST(events.count(kind::backoff) == 0U);
}

BOOST_AUTO_TEST_CASE(never_does_not_restart_and_keeps_it_listed) {
  auto spec = spec_of("once", "exit_with", {"3"});
  spec.restart.mode = restart_mode::never;
  start(spec);
  until(kind::finished, "once");
  BOOST_TEST(state_of("once") == "finished");
  BOOST_TEST(sup->status().size() == 1U);
  BOOST_TEST(sup->exits({"once", 0, 0}).at(0)->status.code() == 3);
}

BOOST_AUTO_TEST_CASE(without_monitoring_nothing_is_restarted) {
  make({.monitoring = false});
  start(spec_of("once", "exit_with", {"3"}));
  until(kind::finished, "once");
  BOOST_TEST(events.count(kind::backoff) == 0U);
}

BOOST_AUTO_TEST_CASE(the_pid_of_a_sibling_does_not_change) {
  start(spec_of("many", "hang", {}, 3));
  start(spec_of("other", "hang"));
  std::vector<pid_t> const before{pid_of("many", 0), pid_of("many", 1), pid_of("many", 2), pid_of("other")};
  ::kill(before[1], SIGKILL);
  until(kind::ready, "many", 4);
  BOOST_TEST(pid_of("many", 0) == before[0]);
  BOOST_TEST(pid_of("many", 1) != before[1]);
  BOOST_TEST(pid_of("many", 2) == before[2]);
  BOOST_TEST(pid_of("other") == before[3]);
  BOOST_TEST(status_of("many", 1).worker.generation == 2U);
}

// ---- backoff and budget ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(in_backoff_the_status_tells_the_exit_and_when_the_restart_is_due) {
  auto spec = spec_of("w", "exit_with", {"4"});
  spec.restart = {.delay = 1h, .backoff = 1, .max_delay = 1h, .jitter = 0};
  auto const before = clock::now();
  start(spec);
  until(kind::backoff, "w");
  auto const status = status_of("w");
  BOOST_TEST(state_of("w") == "backoff");
  BOOST_TEST(!status.alive());
  BOOST_TEST(!status.started_at.has_value());
  BOOST_REQUIRE(status.next_restart.has_value());
  BOOST_TEST((*status.next_restart >= before + 1h && *status.next_restart <= clock::now() + 1h));
  BOOST_TEST(status.last_exit->status.code() == 4);
  auto const event = events.of(kind::backoff, "w").at(0);
  BOOST_TEST((event.delay <= 1h && event.delay > 59min));
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(!status_of("w").next_restart.has_value());
}

BOOST_AUTO_TEST_CASE(a_spent_budget_fails_the_worker_and_says_so) {
  auto spec = spec_of("w", "exit_with", {"1"});
  spec.restart.max_restarts = 2;
  start(spec);
  until(kind::failed, "w");
  BOOST_TEST(events.count(kind::exited, "w") == 3U);
  BOOST_TEST(state_of("w") == "failed");
  BOOST_TEST(events.of(kind::failed, "w").at(0).reason == error_code{error::restart_limit}.message());
  BOOST_TEST(sup->running_pids().empty());
}

BOOST_AUTO_TEST_CASE(no_restarts_at_all_fails_at_the_first_exit) {
  auto spec = spec_of("w", "exit_with", {"1"});
  spec.restart.max_restarts = 0;
  start(spec);
  until(kind::failed, "w");
  BOOST_TEST(events.count(kind::exited, "w") == 1U);
}

BOOST_AUTO_TEST_CASE(a_restart_by_command_gives_a_failed_worker_a_new_budget) {
  auto spec = spec_of("w", "exit_with", {"1"});
  spec.restart.max_restarts = 2;
  start(spec);
  until(kind::failed, "w");
  BOOST_TEST(finish(sup->async_restart("w")) == error_code{});
  until(kind::failed, "w", 2);
  BOOST_TEST(events.count(kind::exited, "w") == 6U);
}

BOOST_AUTO_TEST_CASE(restarts_by_command_do_not_count) {
  auto spec = spec_of("w", "hang");
  spec.restart.max_restarts = 1;
  start(spec);
  for (int i = 0; i < 4; ++i) BOOST_TEST(finish(sup->async_restart("w")) == error_code{});
  ::kill(pid_of("w"), SIGKILL);
  until(kind::ready, "w", 6);
  BOOST_TEST(state_of("w") == "running");
}

BOOST_AUTO_TEST_CASE(the_last_exits_are_kept_oldest_first) {
  make({.exit_history = 3});
  auto spec = spec_of("w", "exit_with", {"1"});
  spec.restart.max_restarts = 6;
  start(spec);
  until(kind::failed, "w");
  auto const exits = sup->exits({"w", 0, 0});
  BOOST_REQUIRE(exits.size() == 3U);
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(exits[i]->worker.generation == 5 + i);
  BOOST_TEST(status_of("w").last_exit == exits.back());
}

// ---- ready -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(start_completes_when_all_are_ready) {
  bool open = false;
  auto spec = spec_of("w", "hang", {}, 3);
  spec.ready = ready_when::check(
      [&open](worker_view view) -> boost::asio::awaitable<health_result> {
        co_return health_result{view.worker.index < 2 || open, "not yet"};
      },
      patience, 1ms);
  begun const starting{sup->async_start(spec)};
  until([&] { return events.count(kind::ready) == 2 && events.count(kind::spawned) == 3; });
  BOOST_TEST(!starting.done());
  BOOST_TEST(state_of("w", 0) == "running");
  BOOST_TEST(state_of("w", 2) == "starting");
  BOOST_TEST(status_of("w", 2).alive());
  open = true;
  BOOST_TEST(finish(starting) == error_code{});
  BOOST_TEST(state_of("w", 2) == "running");
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_before_it_is_ready_fails_the_start_and_its_exit_is_told) {
  auto spec = spec_of("w", "exit_with", {"7"});
  ready_when_up(spec);
  diagnostics diag;
  BOOST_TEST(finish(sup->async_start(spec, diag)) == error_code{error::exited_before_ready});
  BOOST_REQUIRE(diag.exit.has_value());
  BOOST_TEST(diag.exit->status.code() == 7);
  BOOST_TEST(diag.exit->worker == (worker_id{"w", 0, 1}));
  BOOST_TEST(!diag.message.empty());
  until(kind::spawned, "w", 3);  // and is restarted by its policy
}

BOOST_AUTO_TEST_CASE(the_deadline_of_the_start_is_kept) {
  auto spec = spec_of("w", "hang");
  auto const never = [](worker_view) -> boost::asio::awaitable<health_result> {
    co_return health_result{false, "no door"};
  };
  spec.ready = ready_when::check(never, 100ms, 5ms);
  spec.restart.mode = restart_mode::never;
  diagnostics diag;
  auto const begin = clock::now();
  BOOST_TEST(finish(sup->async_start(spec, diag)) == error_code{error::start_timeout});
  BOOST_TEST((clock::now() - begin >= 100ms));
  BOOST_REQUIRE(diag.exit.has_value());
  BOOST_TEST(name_of(diag.exit->cause) == "start_timeout");
  BOOST_TEST(diag.exit->error == error_code{error::start_timeout});
  BOOST_TEST(diag.exit->reason.find("no door") != std::string::npos);
  BOOST_TEST(events.count(kind::unhealthy, "w") == 1U);
}

BOOST_AUTO_TEST_CASE(so_is_that_of_a_hook_that_does_not_answer) {
  auto spec = spec_of("w", "hang");
  auto const stuck = [](worker_view) -> boost::asio::awaitable<health_result> {
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, 1h};
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return health_result{};
  };
  spec.ready = ready_when::check(stuck, 100ms);
  BOOST_TEST(finish(sup->async_start(spec)) == error_code{error::start_timeout});
}

BOOST_AUTO_TEST_CASE(a_worker_that_becomes_ready_after_a_restart_does_not_mend_the_start_that_failed) {
  test_pipe pipe;  // holds a letter for the failure that is to come
  BOOST_REQUIRE(::write(pipe.write_end.get(), "x", 1) == 1);
  pipe.write_end.reset();
  auto spec = script("w", "x=$(head -c 1 <&3); test -z \"$x\" || exit 1; echo up; exec sleep 3600");
  spec.process.descriptors = {{.source = pipe.read_end.get(), .target = 3}};
  ready_when_up(spec);
  BOOST_TEST(finish(sup->async_start(spec)) == error_code{error::exited_before_ready});
  until(kind::ready, "w");
  BOOST_TEST(status_of("w").worker.generation == 2U);
}

BOOST_AUTO_TEST_CASE(the_events_of_a_life_come_in_order) {
  start(spec_of("w", "hang"));
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(finish(sup->async_remove("w")) == error_code{});
  until(kind::removed, "w");
  std::string kinds;
  for (auto const& e : events.all()) kinds += std::string{to_string(e.kind)} + ' ';
  BOOST_TEST(kinds == "added spawned ready stopping exited stopped removed ");
}

BOOST_AUTO_TEST_SUITE_END()
