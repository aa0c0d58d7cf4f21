// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What becomes of a worker of our runtime, and of its children, when its supervisor dies.

#include "sanitizers.hpp"
#include "worker_runtime_harness.hpp"

BOOST_AUTO_TEST_SUITE(worker_orphaned)

namespace {

using namespace runtime_test;

// The second that it has, and room for a loaded machine.
constexpr auto soon = under_sanitizer ? 10s : 4s;

started_worker::params function(std::string type) {
  return {.program = "runtime_function", .type = std::move(type)};
}

// With a child in its group that holds a pipe open: its end is the child's end.
struct worker_with_child {
  explicit worker_with_child(bool leads_group = true)
      : worker{{.program = "runtime_function",
                .type = "leaves_child",
                .descriptors = {{pipe.write.get(), 200}},
                .leads_group = leads_group}} {
    pipe.write.reset();
    worker.expect(control_kind::hello);
    worker.expect(control_kind::ready);
  }
  bool child_ends_within(std::chrono::milliseconds time) { return is_readable_within(pipe.read.get(), time); }

  pipe_ends pipe;
  started_worker worker;
};

// A process that supervises a worker and can be killed without harm to the tests; knows the worker's number.
struct mortal_supervisor {
  mortal_supervisor() {
    pipe_ends pipe;
    pid = ::fork();
    if (pid == 0) supervise(pipe.write.get());
    BOOST_REQUIRE(::read(pipe.read.get(), &worker, sizeof worker) == sizeof worker);
  }
  // noexcept: a failed requirement must not go on with the tests in this process.
  [[noreturn]] static void supervise(int out) noexcept {
    started_worker worker{{.program = "runtime_function", .type = "waits"}};
    worker.expect(control_kind::hello);
    worker.expect(control_kind::ready);
    pid_t const number = worker.pid();
    if (::write(out, &number, sizeof number) != sizeof number) ::_exit(1);
    for (;;) ::pause();
  }
  void die() const {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  pid_t pid = -1;
  pid_t worker = -1;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_ends_when_its_supervisors_process_is_killed) {
  mortal_supervisor const supervisor;
  auto const worker = open_pidfd(supervisor.worker);
  supervisor.die();
  BOOST_TEST(is_readable_within(worker.get(), soon));
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_stopped_wakes_up_when_its_supervisor_dies_and_ends) {
  mortal_supervisor const supervisor;
  auto const worker = open_pidfd(supervisor.worker);
  BOOST_REQUIRE_EQUAL(::kill(supervisor.worker, SIGSTOP), 0);
  supervisor.die();
  BOOST_TEST(is_readable_within(worker.get(), soon));
}

BOOST_AUTO_TEST_CASE(an_orphaned_worker_shuts_down_orderly_and_takes_its_group_with_it) {
  worker_with_child w;
  w.worker.desert();
  BOOST_TEST(w.worker.end() == -SIGKILL);
  BOOST_TEST((w.worker.its_page().stage() == page_layout::worker_stage::stopping));
  BOOST_TEST(w.child_ends_within(soon));
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_for_another_reason_leaves_its_group_to_the_supervisor) {
  worker_with_child w;
  w.worker.ask_to_stop();
  BOOST_TEST(w.worker.end() == 0);
  BOOST_TEST(!w.child_ends_within(20ms));
  ::kill(-w.worker.pid(), SIGKILL);
  BOOST_TEST(w.child_ends_within(soon));
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_does_not_listen_is_not_taken_for_dead) {
  auto params = function("returns");
  params.args = {"0"};
  params.socket_is_full = true;
  started_worker worker{params};
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_that_does_not_lead_its_group_kills_nobody_else) {
  worker_with_child w{false};
  w.worker.desert();
  w.worker.end();
  BOOST_TEST(!w.child_ends_within(20ms));
}

BOOST_AUTO_TEST_CASE(an_orphaned_worker_may_still_print_into_its_supervisors_pipe) {
  pipe_ends output;
  started_worker worker{
      {.program = "runtime_class", .type = "talkative", .descriptors = {{output.write.get(), 1}}}};
  output.write.reset();
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  output.read.reset();
  worker.desert();
  BOOST_TEST(worker.end() == -SIGKILL);
  BOOST_TEST(worker.counter("stops") == 1U);
}

BOOST_AUTO_TEST_CASE(an_orphaned_worker_that_does_not_end_is_killed_after_a_second) {
  for (auto const* type : {"unheeding", "stuck_callback"}) {
    BOOST_TEST_CONTEXT(type) {
      started_worker worker{function(type)};
      worker.expect(control_kind::hello);
      worker.expect(control_kind::ready);
      worker.desert();
      BOOST_TEST(!worker.ends_within(500ms));
      BOOST_TEST(worker.ends_within(soon));
      BOOST_TEST(worker.end() == -SIGKILL);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_orphaned_worker_is_killed_though_it_was_asked_to_stop_before_and_got_stuck) {
  started_worker worker{function("stuck_callback")};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.ask_to_stop();
  BOOST_TEST(!worker.ends_within(20ms));
  worker.desert();
  BOOST_TEST(worker.ends_within(soon));
  BOOST_TEST(worker.end() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(an_orphaned_worker_outside_a_group_of_its_own_is_killed_alone) {
  auto params = function("unheeding");
  params.leads_group = false;
  started_worker worker{params};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.desert();
  BOOST_TEST(worker.ends_within(soon));
  BOOST_TEST(worker.end() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_dies_before_the_worker_is_up_is_noticed) {
  started_worker worker{function("waits")};
  worker.desert();
  BOOST_TEST(worker.ends_within(soon));
  BOOST_TEST(worker.end() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_to_live_on_does_not_notice) {
  auto params = function("waits");
  params.env = {{handshake::live_on, "1"}};
  started_worker worker{params};
  worker.expect(control_kind::hello);
  worker.expect(control_kind::ready);
  worker.desert();
  BOOST_TEST(!worker.ends_within(50ms));
  worker.signal(SIGTERM);
  BOOST_TEST(worker.end() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
