// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/subreaper.hpp"

#include <csignal>
#include <process_test.hpp>
#include <sys/prctl.h>

namespace {

using namespace reeve;
using namespace reeve::test;

constexpr char const* marker = "supervisor-1/worker/0#1";

struct adopting {
  adopting() { become_subreaper(); }
  ~adopting() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
};

launch_request marked(std::vector<std::string> args, std::string const& value = marker) {
  auto request = request_for("fork_tree", std::move(args));
  request.environment.push_back(std::string{descendant_marker} + '=' + value);
  return request;
}

/// A fork_tree and what it forked.
struct tree {
  launched_process leader;
  std::vector<pid_t> descendants;

  explicit tree(launch_request request) {
    test_pipe pipe;
    request.stdio[1] = pipe.write_end.get();
    leader = start(request);
    for (auto const& line : read_until_up(pipe.read_end.get())) descendants.push_back(std::stoi(line));
  }

  /// Ends the leader as a `child` does.
  void end() {
    send_signal(leader.pidfd.get(), SIGKILL);
    require_readable(leader.pidfd.get());
    sweep_group(leader.pid);
    finish(leader);
  }
};

bool is_gone(pid_t pid) { return !exists(pid); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(subreaper, adopting)

BOOST_AUTO_TEST_CASE(those_that_escaped_into_sessions_of_their_own_are_killed_and_reaped) {
  tree t{marked({"3", "double", "setsid"})};
  t.end();
  for (pid_t const pid : t.descendants) BOOST_TEST(exists(pid));
  BOOST_TEST(reap_strays(marker, t.leader.pid) == 3);
  for (pid_t const pid : t.descendants) require_soon([&] { return is_gone(pid); });
  require_soon([] { return !has_children(); });
}

BOOST_AUTO_TEST_CASE(the_group_that_was_swept_leaves_no_zombies) {
  tree t{marked({"3"})};
  t.end();
  for (pid_t const pid : t.descendants) require_end_of(pid);
  BOOST_TEST(reap_strays(marker, t.leader.pid) == 0);
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(one_without_an_environment_is_known_by_the_group) {
  tree t{marked({"1", "clear"})};
  send_signal(t.leader.pidfd.get(), SIGKILL);
  finish(t.leader);
  BOOST_TEST(exists(t.descendants.at(0)));
  BOOST_TEST(reap_strays(marker, t.leader.pid) == 1);
  require_soon([] { return !has_children(); });
}

BOOST_AUTO_TEST_CASE(one_in_a_group_of_its_own_is_known_by_the_session) {
  auto request = marked({"1", "clear", "group"});
  request.params.isolation = process_isolation::session;
  tree t{request};
  t.end();
  BOOST_TEST(exists(t.descendants.at(0)));
  BOOST_TEST(reap_strays(marker, t.leader.pid) == 1);
  require_soon([] { return !has_children(); });
}

BOOST_AUTO_TEST_CASE(the_descendants_of_a_stray_are_found_when_it_is_dead) {
  // The tree is itself a stray: its leader is what a shell leaves behind.
  test_pipe pipe;
  auto request = marked({});
  request.path = "/bin/sh";
  request.argv = {"sh", "-c", "setsid " + child_program("fork_tree") + " 2 setsid & exec sleep 1000"};
  request.stdio[1] = pipe.write_end.get();
  auto const leader = start(request);
  auto const lines = read_until_up(pipe.read_end.get());
  ::kill(-leader.pid, SIGKILL);
  finish(leader);
  BOOST_TEST(reap_strays(marker, leader.pid) > 0);
  for (auto const& line : lines) require_soon([&] { return is_gone(std::stoi(line)); });
  require_soon([] { return !has_children(); });
}

BOOST_AUTO_TEST_CASE(children_with_another_marker_or_none_are_left_alone) {
  tree const other{marked({"1", "setsid"}, std::string{marker} + "0")};
  auto const plain = start(request_for("hang"));
  auto const dead = start(request_for("exit_with", {"7"}));
  require_readable(dead.pidfd.get());
  tree t{marked({"1", "setsid"})};
  t.end();
  BOOST_TEST(reap_strays(marker, t.leader.pid) == 1);
  BOOST_TEST(exists(other.leader.pid));
  BOOST_TEST(exists(other.descendants.at(0)));
  BOOST_TEST(exists(plain.pid));
  BOOST_TEST(finish(dead).si_status == 7);

  kill_and_finish(plain);
  ::kill(other.descendants.at(0), SIGKILL);
  kill_and_finish(other.leader);
  require_end_of(other.descendants.at(0));
  ::waitpid(other.descendants.at(0), nullptr, 0);
}

BOOST_AUTO_TEST_CASE(a_dead_child_without_a_marker_keeps_its_status) {
  pid_t const applications = ::fork();
  if (applications == 0) ::_exit(5);
  require_end_of(applications);
  tree t{marked({"1"})};
  t.end();
  reap_strays(marker, t.leader.pid);
  int status = 0;
  BOOST_TEST(::waitpid(applications, &status, 0) == applications);
  BOOST_TEST(WEXITSTATUS(status) == 5);
}

BOOST_AUTO_TEST_CASE(orphans_that_end_while_the_worker_lives_are_reaped) {
  tree t{marked({"2", "double"})};
  ::kill(t.descendants.at(0), SIGKILL);
  require_end_of(t.descendants.at(0));
  reap_dead_strays();
  BOOST_TEST(is_gone(t.descendants.at(0)));
  BOOST_TEST(exists(t.descendants.at(1)));
  BOOST_TEST(exists(t.leader.pid));
  t.end();
  require_end_of(t.descendants.at(1));
  reap_strays(marker, t.leader.pid);
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(a_dead_worker_is_not_taken_for_an_orphan) {
  auto const worker = start(request_for("exit_with", {"7"}));
  require_readable(worker.pidfd.get());
  reap_dead_strays();
  BOOST_TEST(finish(worker).si_status == 7);
}

BOOST_AUTO_TEST_SUITE_END()
