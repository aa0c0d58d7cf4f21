// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor_test.hpp"

#include <boost/asio/detached.hpp>

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>

// How workers are stopped: by the ladder, all at once, with all that is theirs.

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
using kind = event_kind;

/// Takes the pids that fork_tree prints.
std::shared_ptr<std::vector<pid_t>> record_pids(worker_spec& spec) {
  auto const pids = std::make_shared<std::vector<pid_t>>();
  auto const next = std::exchange(spec.output.on_line, {});
  spec.output.on_line = [pids, next](output_line const& line) {
    if (line.text != "up") pids->push_back(std::stoi(line.text));
    next(line);
  };
  return pids;
}

/// Which processes it is that end, whoever takes their numbers later.
std::vector<unique_fd> pidfds(std::vector<pid_t> const& pids) {
  std::vector<unique_fd> out;
  for (pid_t const pid : pids) {
    out.push_back(open_pidfd(pid));
    BOOST_REQUIRE(out.back());
  }
  return out;
}

/// A pipe with a name, to hold workers until they are let go.
struct turnstile {
  std::filesystem::path path;
  unique_fd fd;

  turnstile() {
    std::string name = std::filesystem::temp_directory_path() / "reeve-gate-XXXXXX";
    BOOST_REQUIRE(::mkdtemp(name.data()));
    path = std::filesystem::path{name} / "gate";
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    fd = unique_fd{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    BOOST_REQUIRE(fd);
  }
  ~turnstile() { std::filesystem::remove_all(path.parent_path()); }

  void let_through(std::size_t count) {
    std::string const lines(count, '\n');
    BOOST_REQUIRE(::write(fd.get(), lines.data(), count) == static_cast<ssize_t>(count));
  }
};

/// Workers that count a SIGTERM in `heard` and end when the gate lets them through.
worker_spec held_by(turnstile const& exit, std::string name, std::size_t count, std::size_t& heard) {
  auto spec = script(std::move(name),
                     "trap 'echo term; read line < \"$0\"; exit 0' TERM; echo up; while :; do sleep 3600 & "
                     "wait; done",
                     count);
  spec.command.args.push_back(exit.path);
  spec.stop.signal_grace = patience;
  ready_when_up(spec);
  spec.output.on_line = [&heard, next = spec.output.on_line](output_line const& line) {
    if (line.text == "term") ++heard;
    next(line);
  };
  return spec;
}

/// A worker that would take an hour to stop.
worker_spec tenacious(std::string name, std::size_t count) {
  auto spec = up_spec_of(std::move(name), "slow_exit", {"3600000"}, count);
  spec.stop.signal_grace = 1h;
  return spec;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stopping, supervisor_fixture)

BOOST_AUTO_TEST_CASE(twenty_workers_hear_their_signal_before_the_first_has_ended) {
  turnstile exit;
  std::size_t heard = 0;
  start(held_by(exit, "w", 20, heard));
  begun const stop{sup->async_stop("w")};
  until([&] { return heard == 20; });
  BOOST_TEST(events.count(kind::exited) == 0U);
  BOOST_TEST(!stop.done());
  exit.let_through(20);
  BOOST_TEST(finish(stop) == error_code{});
  for (auto const& e : events.of(kind::exited)) BOOST_TEST(e.exit->status.success());
}

BOOST_AUTO_TEST_CASE(so_do_workers_of_two_names_when_all_are_stopped) {
  turnstile exit;
  std::size_t heard = 0;
  start(held_by(exit, "a", 3, heard));
  start(held_by(exit, "b", 3, heard));
  begun const stop{sup->async_stop_all()};
  until([&] { return heard == 6; });
  BOOST_TEST(events.count(kind::exited) == 0U);
  BOOST_TEST(!stop.done());
  exit.let_through(6);
  BOOST_TEST(finish(stop) == error_code{});
  BOOST_TEST(events.count(kind::exited) == 6U);
  for (auto const& e : events.of(kind::exited)) BOOST_TEST(e.exit->status.success());
}

BOOST_AUTO_TEST_CASE(a_worker_that_ignores_SIGTERM_is_killed_at_its_grace) {
  auto spec = up_spec_of("w", "ignore_term");
  spec.stop.signal_grace = 200ms;
  start(spec);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  auto const exit = status_of("w").last_exit;
  BOOST_TEST(exit->status == exit_status::from_signal(SIGKILL, false));
  BOOST_TEST(name_of(exit->cause) == "stop");
  auto const told = events.of(kind::stopping).at(0).at;
  auto const ended = events.of(kind::exited).at(0).at;
  BOOST_TEST((ended - told >= 200ms));
  BOOST_TEST((ended - told < 200ms + 10s));
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_within_its_grace_is_not_killed) {
  auto spec = up_spec_of("w", "slow_exit", {"100"});
  spec.stop.signal_grace = patience;
  start(spec);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(status_of("w").last_exit->status == exit_status::from_code(0));
}

BOOST_AUTO_TEST_CASE(the_policys_own_signal_is_sent) {
  auto spec = script("w", "trap 'exit 23' USR1; echo up; while :; do sleep 3600 & wait; done");
  ready_when_up(spec);
  spec.stop.signal = SIGUSR1;
  spec.stop.signal_grace = patience;
  start(spec);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(status_of("w").last_exit->status.code() == 23);
}

BOOST_AUTO_TEST_CASE(a_grace_of_zero_kills_at_once) {
  auto spec = up_spec_of("w", "slow_exit", {"0"});
  spec.stop.signal_grace = 0s;
  start(spec);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(status_of("w").last_exit->status.signal() == SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_stop_that_is_not_graceful_kills_at_once) {
  auto spec = up_spec_of("w", "slow_exit", {"0"});
  spec.stop.signal_grace = patience;
  start(spec);
  BOOST_TEST(finish(sup->async_stop("w", {.graceful = false})) == error_code{});
  BOOST_TEST(status_of("w").last_exit->status.signal() == SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_stopped_worker_hears_SIGTERM_all_the_same) {
  auto spec = up_spec_of("w", "slow_exit", {"0"});
  spec.stop.signal_grace = patience;
  start(spec);
  auto const pid = pid_of("w");
  BOOST_TEST(finish(sup->async_signal("w", SIGSTOP)) == error_code{});
  siginfo_t info{};
  BOOST_REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED) == 0);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(status_of("w").last_exit->status == exit_status::from_code(0));
}

// ---- stops that meet others ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_second_stop_joins_the_first) {
  start(up_spec_of("w", "slow_exit", {"50"}));
  begun const first{sup->async_stop("w")};
  until(kind::stopping, "w");
  begun const second{sup->async_stop("w")};
  BOOST_TEST(finish(first) == error_code{});
  BOOST_TEST(finish(second) == error_code{});
  BOOST_TEST(events.count(kind::stopping) == 1U);
  BOOST_TEST(events.count(kind::exited) == 1U);
}

BOOST_AUTO_TEST_CASE(a_second_stop_that_is_not_graceful_hastens_the_first) {
  auto spec = up_spec_of("w", "ignore_term");
  spec.stop.signal_grace = 1h;
  start(spec);
  begun const first{sup->async_stop("w")};
  until(kind::stopping, "w");
  BOOST_TEST(finish(sup->async_stop("w", {.graceful = false})) == error_code{});
  BOOST_TEST(finish(first) == error_code{});
}

BOOST_AUTO_TEST_CASE(a_stop_of_what_is_stopped_is_a_success) {
  start(spec_of("w", "hang", {}, 2));
  for (int i = 0; i < 3; ++i) BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(finish(sup->async_stop_all()) == error_code{});
  BOOST_TEST(events.count(kind::stopped) == 2U);
}

BOOST_AUTO_TEST_CASE(a_stop_during_backoff_cancels_the_restart) {
  auto spec = spec_of("w", "exit_with", {"1"});
  spec.restart.delay = spec.restart.max_delay = 50ms;
  start(spec);
  until(kind::backoff, "w");
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(state_of("w") == "stopped");
  // Another worker's restarts take longer than this one's would have.
  auto other = spec_of("other", "exit_with", {"1"});
  other.restart.delay = other.restart.max_delay = 50ms;
  start(other);
  until(kind::spawned, "other", 3);
  BOOST_TEST(events.count(kind::spawned, "w") == 1U);
}

BOOST_AUTO_TEST_CASE(a_restart_during_a_stop_waits_for_its_end) {
  start(up_spec_of("w", "slow_exit", {"100"}));
  begun const stop{sup->async_stop("w")};
  until(kind::stopping, "w");
  BOOST_TEST(finish(sup->async_restart("w")) == error_code{});
  BOOST_TEST(state_of("w") == "running");
  BOOST_TEST(status_of("w").worker.generation == 2U);
  BOOST_TEST(events.story({kind::exited, kind::spawned}) ==
                 (std::vector<std::string>{"w/0 spawned", "w/0 exited", "w/0 spawned"}),
             boost::test_tools::per_element());
  BOOST_TEST(finish(stop) == error_code{});  // it was down
}

BOOST_AUTO_TEST_CASE(a_stop_while_it_is_being_started_ends_it) {
  auto spec = spec_of("w", "hang");
  spec.ready = ready_when::check([](auto) -> boost::asio::awaitable<health_result> {
    co_return health_result{false, "never"};
  });
  begun const starting{sup->async_start(spec)};
  begun const stop{sup->async_stop("w")};  // its process is not there yet
  BOOST_TEST(finish(stop) == error_code{});
  BOOST_TEST(finish(starting) == error_code{error::stopped});
  BOOST_TEST(state_of("w") == "stopped");
  BOOST_TEST(sup->running_pids().empty());
}

BOOST_AUTO_TEST_CASE(stop_all_stops_all_and_keeps_them_listed) {
  start(spec_of("a", "hang", {}, 3));
  start(spec_of("b", "hang", {}, 2));
  group_spec group{.name = "g", .workers = {spec_of("c", "hang"), spec_of("d", "hang")}};
  start(group);
  BOOST_TEST(sup->running_pids().size() == 7U);
  BOOST_TEST(finish(sup->async_stop_all()) == error_code{});
  BOOST_TEST(sup->status().size() == 7U);
  for (auto const& status : sup->status()) BOOST_TEST(name_of(status.state) == "stopped");
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_stop_of_all_that_is_not_graceful_kills_all_at_once) {
  start(tenacious("a", 2));
  start(tenacious("b", 1));
  start({.name = "g", .workers = {tenacious("c", 1), tenacious("d", 1)}});
  BOOST_TEST(finish(sup->async_stop_all({.graceful = false})) == error_code{});
  auto const exits = events.of(kind::exited);
  BOOST_TEST(exits.size() == 5U);
  for (auto const& e : exits) {
    BOOST_TEST(e.exit->status.signal() == SIGKILL);
    BOOST_TEST(name_of(e.exit->cause) == "stop");
  }
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(nobody_need_wait_for_a_stop_of_all) {
  start(up_spec_of("a", "slow_exit", {"0"}, 2));
  start(up_spec_of("b", "slow_exit", {"0"}));
  sup->async_stop_all(boost::asio::detached);
  until(kind::stopped, {}, 3);
  for (auto const& e : events.of(kind::exited)) BOOST_TEST(e.exit->status.success());
}

// ---- what is left ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_children_of_a_worker_end_with_its_stop) {
  auto spec = up_spec_of("w", "fork_tree", {"3"});
  auto const pids = record_pids(spec);
  start(spec);
  BOOST_REQUIRE(pids->size() == 3U);
  auto const children = pidfds(*pids);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  for (auto const& child : children) require_readable(child.get());
}

BOOST_AUTO_TEST_CASE(and_with_its_crash_before_it_is_restarted) {
  auto spec = up_spec_of("w", "fork_tree", {"2", "double"});
  auto const pids = record_pids(spec);
  start(spec);
  auto const children = pidfds(*pids);
  ::kill(pid_of("w"), SIGKILL);
  until(kind::ready, "w", 2);
  for (auto const& child : children) require_readable(child.get());
}

BOOST_AUTO_TEST_CASE(a_grandchild_in_a_session_of_its_own_that_holds_stdout_delays_no_stop) {
  auto spec = up_spec_of("w", "fork_tree", {"setsid"});
  auto const pids = record_pids(spec);
  start(spec);
  BOOST_TEST(finish(sup->async_stop("w")) == error_code{});
  BOOST_TEST(exists(pids->at(0)));
  ::kill(pids->at(0), SIGKILL);
}

BOOST_AUTO_TEST_CASE(destroying_the_supervisor_ends_its_workers_and_aborts_what_is_pending) {
  auto stubborn = up_spec_of("stubborn", "ignore_term", {}, 2);
  stubborn.stop.signal_grace = 1h;
  start(stubborn);
  auto tree = up_spec_of("tree", "fork_tree", {"2"});
  auto const pids = record_pids(tree);
  start(tree);
  auto unready = spec_of("unready", "hang");
  unready.ready = ready_when::check([](auto) -> boost::asio::awaitable<health_result> {
    co_return health_result{false, "never"};
  });
  begun const starting{sup->async_start(unready)};
  until(kind::spawned, "unready");
  begun const stop{sup->async_stop("stubborn")};
  until(kind::stopping, "stubborn", 2);
  begun const remove{sup->async_remove("stubborn")};
  begun const restart{sup->async_restart("unready")};
  auto all = *pids;
  for (pid_t const pid : sup->running_pids()) all.push_back(pid);
  auto const processes = pidfds(all);
  BOOST_TEST(all.size() == 6U);

  sup.reset();
  for (auto const& operation : {starting, stop, remove, restart}) BOOST_TEST(finish(operation) == aborted);
  for (auto const& process : processes) require_readable(process.get());
  context.restart();
  BOOST_TEST(context.run_for(patience) < 1000U);
  BOOST_TEST(context.stopped());  // nothing of it is left to do
}

BOOST_AUTO_TEST_CASE(destroying_supervisors_leaves_no_descriptor) {
  auto const live = [this] {
    make({});
    auto spec = up_spec_of("w", "hang", {}, 3);
    spec.shared_page = true;
    start(spec);
    sup.reset();
    context.restart();
    context.run();
    require_soon([] { return !has_children(); });
  };
  live();
  auto const before = open_descriptors();
  for (int i = 0; i < 5; ++i) live();
  require_soon([&] { return open_descriptors() <= before; });
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_to_live_on_does) {
  auto spec = spec_of("w", "hang");
  spec.on_death = on_supervisor_death::live_on;
  start(spec);
  auto const pid = pid_of("w");
  auto const process = open_pidfd(pid);
  sup.reset();
  context.restart();
  context.run();
  pollfd event{process.get(), POLLIN, 0};
  BOOST_TEST(::poll(&event, 1, 0) == 0);
  BOOST_TEST(!send_signal(process.get(), SIGKILL));
}

BOOST_AUTO_TEST_SUITE_END()
