// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Supervisors inside workers, and what workers start themselves.

#include "live_supervisor.hpp"
#include "worker_side.hpp"

#include <boost/asio/use_future.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

BOOST_AUTO_TEST_SUITE(nested)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

int inner(worker& self) {
  self.get_counter("answer").set(42);
  self.ready();
  wait_for_stop(self);
  return 0;
}

// Runs a supervisor of its own, with a worker of this program and a foreign one.
int outer(worker& self) {
  asio::io_context io;
  auto work = asio::make_work_guard(io);
  std::thread running{[&] { io.run(); }};
  int code = 0;
  {
    supervisor sup{io.get_executor(), {.logging = log_level::off}};
    try {
      sup.async_start(own_spec("nested_inner"), asio::use_future).get();
      sup.async_start(child_spec("hang"), asio::use_future).get();
      self.get_counter("inner").set(static_cast<std::uint64_t>(sup.status("nested_inner").at(0).pid));
      self.get_counter("foreign").set(static_cast<std::uint64_t>(sup.status("hang").at(0).pid));
      self.get_counter("answer").set(
          value_of(sup.status("nested_inner").at(0).counters, "answer").value_or(0));
      self.ready();
      wait_for_stop(self);
      sup.async_stop_all(asio::use_future).get();
      auto const exits = sup.exits({"nested_inner", 0, 0});
      code = exits.size() == 1 && exits[0]->status.success() ? 0 : 2;
    } catch (std::exception const&) {
      code = 1;
    }
  }
  work.reset();
  running.join();
  return code;
}

// Runs this program as anybody would; its exit code is the counter's.
int has_grandchild(worker& self) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (int fd : {1, 2}) ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  char name[] = "grandchild";
  char option[] = "--list_content";
  char* const arguments[] = {name, option, nullptr};
  pid_t pid = 0;
  int const failed = ::posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  while (failed == 0 && ::waitpid(pid, &status, 0) != pid) continue;
  self.get_counter("exit").set(
      failed == 0 && WIFEXITED(status) ? static_cast<std::uint64_t>(WEXITSTATUS(status)) : 1000u);
  self.ready();
  wait_for_stop(self);
  return 0;
}

REEVE_FUNCTION_WORKER("nested_inner", inner);
REEVE_FUNCTION_WORKER("nested_outer", outer);
REEVE_FUNCTION_WORKER("nested_grandchild", has_grandchild);

struct outer_worker : live_supervisor {
  pid_t inner_pid;
  pid_t foreign_pid;
  outer_worker() {
    start(own_spec("nested_outer"));
    inner_pid = static_cast<pid_t>(counter("nested_outer", "inner"));
    foreign_pid = static_cast<pid_t>(counter("nested_outer", "foreign"));
    BOOST_REQUIRE(inner_pid != 0);
    BOOST_REQUIRE(foreign_pid != 0);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_supervisor_inside_a_worker_works) {
  outer_worker sup;
  BOOST_TEST(exists(sup.inner_pid));
  BOOST_TEST(exists(sup.foreign_pid));
  BOOST_TEST(sup.counter("nested_outer", "answer") == 42u);
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(sup.await_exit().status.success());
  require_end_of(sup.inner_pid);
  require_end_of(sup.foreign_pid);
}

BOOST_AUTO_TEST_CASE(what_a_killed_worker_supervised_ends_with_it) {
  outer_worker sup;
  ::kill(sup.pid_of("nested_outer"), SIGKILL);
  require_end_of(sup.inner_pid);
  require_end_of(sup.foreign_pid);
  sup.until(event_kind::ready, "nested_outer", 2);
  BOOST_TEST(sup.counter("nested_outer", "answer") == 42u);
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_runs_the_same_program_is_no_worker) {
  live_supervisor sup;
  sup.start(own_spec("nested_grandchild"));
  // It is the program itself: it lists its tests.
  BOOST_TEST(sup.counter("nested_grandchild", "exit") == std::uint64_t{EXIT_SUCCESS});
  BOOST_TEST(sup.events.count(event_kind::unhealthy) == 0u);
  BOOST_TEST(sup.status_of("nested_grandchild").worker.generation == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
