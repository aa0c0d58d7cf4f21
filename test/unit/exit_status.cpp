// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <reeve/exit_status.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sstream>

namespace {

using status = reeve::exit_status;

}  // namespace

BOOST_AUTO_TEST_SUITE(exit_status)

BOOST_AUTO_TEST_CASE(an_exit_code_of_9_is_not_a_SIGKILL) {
  auto const code = status::from_code(9);
  auto const killed = status::from_signal(SIGKILL, false);
  BOOST_TEST((code != killed));
  BOOST_TEST(code.exited());
  BOOST_TEST(!code.signaled());
  BOOST_TEST(code.code() == 9);
  BOOST_TEST(code.signal() == 0);
  BOOST_TEST(killed.signaled());
  BOOST_TEST(!killed.exited());
  BOOST_TEST(killed.code() == -1);
  BOOST_TEST(killed.signal() == SIGKILL);
}

BOOST_AUTO_TEST_CASE(only_code_0_is_a_success) {
  BOOST_TEST(status::from_code(0).success());
  BOOST_TEST(!status::from_code(1).success());
  BOOST_TEST(!status::from_signal(SIGTERM, false).success());
  BOOST_TEST(!status{}.success());
}

BOOST_AUTO_TEST_CASE(an_unknown_status_says_so) {
  BOOST_TEST(!status{}.known());
  BOOST_TEST(status::from_code(0).known());
  BOOST_TEST(to_string(status{}) == "unknown");
}

BOOST_AUTO_TEST_CASE(statuses_are_told_in_words) {
  BOOST_TEST(to_string(status::from_code(3)) == "exit code 3");
  BOOST_TEST(to_string(status::from_signal(SIGKILL, false)) == "SIGKILL");
  BOOST_TEST(to_string(status::from_signal(SIGSEGV, true)) == "SIGSEGV (core dumped)");
}

BOOST_AUTO_TEST_CASE(signals_without_a_name_are_numbered) {
  BOOST_TEST(to_string(status::from_signal(SIGRTMIN + 2, false)) == "SIGRTMIN+2");
  BOOST_TEST(to_string(status::from_signal(200, false)) == "signal 200");
}

BOOST_AUTO_TEST_CASE(a_stream_gets_the_same_words) {
  std::ostringstream out;
  out << status::from_code(3);
  BOOST_TEST(out.str() == "exit code 3");
}

BOOST_AUTO_TEST_SUITE_END()
