// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "preconditions.hpp"
#include "process_test.hpp"

#include <csignal>
#include <thread>
#include <pwd.h>

namespace {

using namespace reeve;
using namespace reeve::test;

/// Forks a process that starts `hang` as `change` has it and prints its pid, and dies by SIGKILL when it has
/// said so. Returns the pid of what it started.
template <typename Change>
pid_t start_and_die(Change change) {
  test_pipe pipe;
  test_pipe hold;
  auto request = request_for("hang");
  request.stdio[1] = hold.write_end.get();
  change(request);
  pid_t const parent = ::fork();
  if (parent == 0) {
    launch_failure failure;
    auto const process = reeve::launch(request, failure);
    if (::write(pipe.write_end.get(), &process.pid, sizeof process.pid) < 0) ::_exit(1);
    for (;;) ::pause();
  }
  auto const text = read_some(pipe.read_end.get(), sizeof(pid_t));
  pid_t started = 0;
  std::memcpy(&started, text.data(), sizeof started);
  BOOST_REQUIRE(started > 0);
  BOOST_TEST(read_line(hold.read_end.get()) == "up");
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  return started;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parent_death)

BOOST_AUTO_TEST_CASE(a_child_dies_with_a_parent_that_was_killed) {
  require_end_of(start_and_die([](launch_request&) {}));
}

BOOST_AUTO_TEST_CASE(so_does_one_that_runs_as_another_user, *only_if<as_root>()) {
  unique_fd const image{::open(child_program("hang").c_str(), O_RDONLY | O_CLOEXEC)};
  require_end_of(start_and_die([&](launch_request& request) {
    request.image = image.get();
    request.params.user = "4242";
    request.params.group = "4242";
  }));
}

BOOST_AUTO_TEST_CASE(one_that_was_told_to_lives_on) {
  pid_t const survivor = start_and_die([](launch_request& request) { request.dies_with_parent = false; });
  auto const pidfd = open_pidfd(survivor);
  BOOST_REQUIRE(pidfd);
  // The signal of a parent's death is sent before the parent can be waited for.
  pollfd event{pidfd.get(), POLLIN, 0};
  BOOST_TEST(::poll(&event, 1, 0) == 0);
  BOOST_TEST(!send_signal(pidfd.get(), SIGKILL));
  require_readable(pidfd.get());
}

BOOST_AUTO_TEST_SUITE_END()
