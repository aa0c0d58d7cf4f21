// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Applications that keep their children's exits from the supervisor.

#include "live_supervisor.hpp"

#include <atomic>
#include <csignal>
#include <sys/wait.h>

BOOST_AUTO_TEST_SUITE(sigchld)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

struct sigchld_ignored {
  sigchld_ignored() { std::signal(SIGCHLD, SIG_IGN); }
  ~sigchld_ignored() { std::signal(SIGCHLD, SIG_DFL); }
};

// Reaps whatever ends, as some applications do.
class reaper {
 public:
  ~reaper() {
    stop_ = true;
    thread_.join();
  }
  int reaped() const { return reaped_; }

 private:
  void run() {
    while (!stop_) {
      if (::waitpid(-1, nullptr, WNOHANG) > 0) {
        ++reaped_;
      } else {
        std::this_thread::sleep_for(100us);
      }
    }
  }
  std::atomic<bool> stop_{false};
  std::atomic<int> reaped_{0};
  std::thread thread_{[this] { run(); }};
};

}  // namespace

BOOST_AUTO_TEST_CASE(exits_are_noticed_where_sigchld_is_ignored) {
  sigchld_ignored const ignored;
  live_supervisor sup;
  sup.start(child_spec("sleep_exit", {"20", "3"}));
  for (std::size_t n = 1; n <= 3; ++n) {
    auto const exit = sup.await_exit(n);
    BOOST_TEST(!exit.status.known());
    BOOST_TEST(text(exit.cause) == "itself");
    BOOST_TEST(exit.worker.generation == n);
    BOOST_TEST(to_string(exit).find("unknown") != std::string::npos);
  }
  BOOST_TEST(!sup.stop_all());
}

BOOST_AUTO_TEST_CASE(an_unknown_end_is_no_clean_one) {
  sigchld_ignored const ignored;
  live_supervisor sup;
  auto spec = child_spec("sleep_exit", {"20", "0"});
  spec.restart.mode = restart_mode::on_failure;
  sup.start(spec);
  sup.await(event_kind::ready, 2);
}

BOOST_AUTO_TEST_CASE(workers_are_stopped_where_sigchld_is_ignored) {
  sigchld_ignored const ignored;
  live_supervisor sup;
  auto spec = up_spec_of("graceful", "slow_exit", {"10"}, 4);
  sup.start(spec);
  auto const pids = sup->running_pids();
  BOOST_TEST(pids.size() == 4u);
  BOOST_TEST(!sup.stop_all());
  for (auto const pid : pids) BOOST_TEST(!exists(pid));
  BOOST_TEST(sup->running_pids().empty());
  sup.until(event_kind::stopped, "graceful", 4);
  for (auto const& e : sup.events.of(event_kind::exited)) BOOST_TEST(text(e.exit->cause) == "stop");
}

BOOST_AUTO_TEST_CASE(the_group_of_a_worker_that_vanished_is_left_alone) {
  // Its number may be a stranger's by then.
  sigchld_ignored const ignored;
  live_supervisor sup;
  auto spec = child_spec("fork_tree", {"1"});
  spec.restart.mode = restart_mode::never;
  auto const pids = sup.start_and_read_pids(spec);
  ::kill(sup.status_of("fork_tree").pid, SIGKILL);
  sup.until(event_kind::finished);
  BOOST_TEST(!sup.await_exit().status.known());
  BOOST_TEST(exists(pids.at(0)));
  ::kill(pids.at(0), SIGKILL);
  require_end_of(pids.at(0));
}

BOOST_AUTO_TEST_CASE(an_application_that_reaps_everything_hangs_nothing) {
  live_supervisor sup;
  reaper const r;
  auto crashing = child_spec("exit_with", {"3"});
  crashing.count = 4;
  sup.start(crashing);
  sup.until([&] { return sup.events.count(event_kind::exited) >= 200; });
  BOOST_TEST(!sup.stop_all());
  for (auto const& e : sup.events.of(event_kind::exited))
    if (e.exit->status.exited()) BOOST_TEST(e.exit->status.code() == 3);
  sup.soon([&] { return r.reaped() > 0; });
}

BOOST_AUTO_TEST_CASE(a_worker_reaped_by_the_application_is_stopped_without_a_hang) {
  live_supervisor sup;
  auto spec = up_spec_of("graceful", "slow_exit", {"10"}, 8);
  reaper const r;
  sup.start(spec);
  BOOST_TEST(!sup.stop_all());
  sup.soon([&] { return sup->running_pids().empty(); });
  sup.until(event_kind::stopped, "graceful", 8);
}

BOOST_AUTO_TEST_SUITE_END()
