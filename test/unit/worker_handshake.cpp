// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/worker_handshake.hpp"

#include "shm/control_message.hpp"
#include "shm/handshake.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(worker_handshake)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

// The environment of a worker, with descriptors that an exec would keep.
struct environment {
  environment() {
    error_code ec;
    auto const pair = make_control_pair(ec);
    auto const page = supervisor_page::create(3, ec);
    control_fd = ::dup(pair.worker.get());
    page_fd = ::dup(page.descriptor());
    set(handshake::worker_type, "feed");
    set(handshake::name, "price feed");
    set(handshake::index, "2");
    set(handshake::generation, "3");
    set(handshake::control_fd, std::to_string(control_fd));
    set(handshake::page_fd, std::to_string(page_fd));
  }
  ~environment() {
    for (char const* name : handshake::variables) ::unsetenv(name);
    // Whichever of them the handshake has not taken.
    ::close(control_fd);
    ::close(page_fd);
  }
  static void set(char const* name, std::string const& value) { ::setenv(name, value.c_str(), 1); }
  static std::string problem_with(char const* name, std::string const& value) {
    environment given;
    set(name, value);
    return take_handshake().value().problem;
  }

  int control_fd = -1;
  int page_fd = -1;
};

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_process_without_a_type_is_no_worker_and_keeps_its_environment) {
  environment given;
  ::unsetenv(handshake::worker_type);
  BOOST_TEST(!take_handshake().has_value());
  BOOST_TEST(std::getenv(handshake::page_fd) != nullptr);
  BOOST_TEST(is_open(given.page_fd));
  BOOST_TEST((::fcntl(given.page_fd, F_GETFD) & FD_CLOEXEC) == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_learns_who_it_is) {
  environment given;
  auto const taken = take_handshake().value();
  BOOST_TEST(taken.problem == "");
  BOOST_TEST(taken.type == "feed");
  BOOST_TEST(taken.id == (worker_id{"price feed", 2, 3}));
  BOOST_TEST(taken.page.has_value());
  BOOST_TEST((taken.beat_period == 0ms));
  BOOST_TEST((taken.stop_grace == 5000ms));
  BOOST_TEST(!taken.live_on);
}

BOOST_AUTO_TEST_CASE(a_worker_learns_how_it_is_to_behave) {
  environment given;
  given.set(handshake::beat_period_ms, "250");
  given.set(handshake::stop_grace_ms, "0");
  given.set(handshake::live_on, "1");
  auto const taken = take_handshake().value();
  BOOST_TEST(taken.problem == "");
  BOOST_TEST((taken.beat_period == 250ms));
  BOOST_TEST((taken.stop_grace == 0ms));
  BOOST_TEST(taken.live_on);
}

BOOST_AUTO_TEST_CASE(nothing_of_it_is_left_for_those_that_the_worker_starts) {
  environment given;
  auto const taken = take_handshake().value();
  for (char const* name : handshake::variables) BOOST_TEST(std::getenv(name) == nullptr);
  BOOST_TEST(!is_open(given.page_fd));
  BOOST_TEST(taken.control.get() == given.control_fd);
  BOOST_TEST((::fcntl(given.control_fd, F_GETFD) & FD_CLOEXEC) != 0);
  BOOST_TEST(!take_handshake().has_value());
}

BOOST_AUTO_TEST_CASE(a_worker_may_have_no_page) {
  environment given;
  ::unsetenv(handshake::page_fd);
  auto const taken = take_handshake().value();
  BOOST_TEST(taken.problem == "");
  BOOST_TEST(!taken.page.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_with_the_variables_name) {
  BOOST_TEST(environment::problem_with(handshake::index, "-1") == "REEVE_INDEX is not a number");
  BOOST_TEST(environment::problem_with(handshake::index, "2x") == "REEVE_INDEX is not a number");
  BOOST_TEST(environment::problem_with(handshake::generation, "") == "REEVE_GENERATION is not a number");
  BOOST_TEST(environment::problem_with(handshake::beat_period_ms, "99999999999999999999") ==
             "REEVE_BEAT_MS is not a number");
  BOOST_TEST(environment::problem_with(handshake::control_fd, "999") ==
             "REEVE_CONTROL_FD is not an open descriptor");
  BOOST_TEST(environment::problem_with(handshake::page_fd, "999") ==
             "REEVE_PAGE_FD is not an open descriptor");
}

BOOST_AUTO_TEST_CASE(a_descriptor_of_the_wrong_kind_is_a_problem) {
  environment given;
  given.set(handshake::control_fd, std::to_string(given.page_fd));
  ::unsetenv(handshake::page_fd);
  auto const taken = take_handshake().value();
  BOOST_TEST(taken.problem == "REEVE_CONTROL_FD is not a control socket");
  BOOST_TEST(!taken.control);
}

BOOST_AUTO_TEST_CASE(a_page_that_is_none_leaves_the_control_socket_to_say_so) {
  environment given;
  int const null = ::open("/dev/null", O_RDWR);
  given.set(handshake::page_fd, std::to_string(null));
  auto const taken = take_handshake().value();
  BOOST_TEST(taken.problem == "REEVE_PAGE_FD is not a worker page: Protocol error");
  BOOST_TEST(static_cast<bool>(taken.control));
}

BOOST_AUTO_TEST_CASE(the_standard_streams_are_never_taken) {
  BOOST_TEST(environment::problem_with(handshake::control_fd, "2") ==
             "REEVE_CONTROL_FD is not an open descriptor");
  BOOST_TEST(is_open(STDERR_FILENO));
  BOOST_TEST((::fcntl(STDERR_FILENO, F_GETFD) & FD_CLOEXEC) == 0);
}

BOOST_AUTO_TEST_CASE(without_a_name_or_a_control_socket_it_is_no_handshake) {
  for (auto const& [name, problem] : {std::pair{handshake::name, "REEVE_NAME is missing"},
                                      std::pair{handshake::control_fd, "REEVE_CONTROL_FD is missing"}}) {
    environment given;
    ::unsetenv(name);
    BOOST_TEST(take_handshake().value().problem == problem);
  }
}

BOOST_AUTO_TEST_SUITE_END()
