// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What becomes of the children of workers: those in their group, and those that left it.

#include "live_supervisor.hpp"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>

BOOST_AUTO_TEST_SUITE(subreaper_mode)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

// The attribute is the whole process's: it must not outlive the test.
struct adopting_supervisor {
  struct restoration {
    ~restoration() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
  } restore;
  live_supervisor sup{{.subreaper = true}};
};

worker_spec tree(std::vector<std::string> args) {
  auto spec = child_spec("fork_tree", std::move(args));
  spec.restart.mode = restart_mode::never;
  return spec;
}

void require_gone(std::vector<pid_t> const& pids) {
  // Gone and reaped: no zombie is left.
  for (auto const pid : pids) require_soon([pid] { return !exists(pid); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(children_in_the_group_die_with_a_worker_that_crashes) {
  live_supervisor sup;
  auto const pids = sup.start_and_read_pids(tree({"3"}));
  BOOST_TEST(pids.size() == 3u);
  ::kill(sup.pid_of("fork_tree"), SIGKILL);
  sup.until(event_kind::finished);
  for (auto const pid : pids) require_end_of(pid);
}

BOOST_AUTO_TEST_CASE(children_in_the_group_die_with_a_worker_that_is_stopped) {
  live_supervisor sup;
  auto const pids = sup.start_and_read_pids(tree({"3"}));
  BOOST_TEST(!sup.stop_all());
  for (auto const pid : pids) require_end_of(pid);
}

BOOST_AUTO_TEST_CASE(daemons_die_with_a_worker_that_crashes) {
  adopting_supervisor a;
  auto const pids = a.sup.start_and_read_pids(tree({"3", "double", "setsid"}));
  BOOST_TEST(pids.size() == 3u);
  ::kill(a.sup.pid_of("fork_tree"), SIGKILL);
  a.sup.until(event_kind::finished);
  require_gone(pids);
}

BOOST_AUTO_TEST_CASE(daemons_die_with_a_worker_that_is_stopped) {
  adopting_supervisor a;
  auto const pids = a.sup.start_and_read_pids(tree({"3", "double", "setsid"}));
  BOOST_TEST(!a.sup.stop_all());
  require_gone(pids);
}

BOOST_AUTO_TEST_CASE(daemons_die_with_a_worker_that_ends_by_itself) {
  adopting_supervisor a;
  auto const pids = a.sup.start_and_read_pids(tree({"3", "double", "setsid", "exit"}));
  a.sup.until(event_kind::finished);
  BOOST_TEST(a.sup.await_exit().status.success());
  require_gone(pids);
}

BOOST_AUTO_TEST_CASE(daemons_of_one_worker_survive_the_end_of_another) {
  adopting_supervisor a;
  auto keeps = tree({"1", "double", "setsid"});
  keeps.name = "keeps";
  auto const kept = a.sup.start_and_read_pids(keeps);
  auto const lost = a.sup.start_and_read_pids(tree({"1", "double", "setsid"}));
  BOOST_TEST(!a.sup.stop("fork_tree"));
  require_gone(lost);
  BOOST_TEST(exists(kept.at(0)));
  BOOST_TEST(!a.sup.stop("keeps"));
  require_gone(kept);
}

BOOST_AUTO_TEST_CASE(a_restarted_worker_loses_the_daemons_of_its_last_life_only) {
  adopting_supervisor a;
  auto const first = a.sup.start_and_read_pids(tree({"1", "double", "setsid"}));
  a.sup.lines.clear();
  BOOST_TEST(!a.sup.restart("fork_tree"));
  require_gone(first);
  a.sup.until([&] { return !a.sup.lines.empty() && a.sup.lines.back().text == "up"; });
  auto const second = static_cast<pid_t>(std::stoi(a.sup.lines.front().text));
  BOOST_TEST(exists(second));
  BOOST_TEST(!a.sup.stop_all());
  require_gone({second});
}

BOOST_AUTO_TEST_CASE(daemons_that_end_while_their_worker_lives_leave_no_zombie) {
  adopting_supervisor a;
  auto const pids = a.sup.start_and_read_pids(tree({"2", "double"}));
  ::kill(pids.at(0), SIGKILL);
  require_gone({pids.at(0)});
  BOOST_TEST(exists(pids.at(1)));
  BOOST_TEST(!a.sup.stop_all());
  require_gone({pids.at(1)});
}

BOOST_AUTO_TEST_CASE(the_applications_own_children_keep_their_status) {
  adopting_supervisor a;
  auto const own = start(request_for("sleep_exit", {"300", "9"}));
  auto const pids = a.sup.start_and_read_pids(tree({"2", "double"}));
  BOOST_TEST(!a.sup.stop_all());
  require_gone(pids);
  BOOST_TEST(exists(own.pid));
  auto const end = finish(own);
  BOOST_TEST(end.si_code == CLD_EXITED);
  BOOST_TEST(end.si_status == 9);
}

BOOST_AUTO_TEST_SUITE_END()
