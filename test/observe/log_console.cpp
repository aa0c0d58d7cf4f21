// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What a record looks like for people.

#include "log_rig.hpp"
#include "reeve/log_format.hpp"

#include <boost/log/trivial.hpp>

BOOST_AUTO_TEST_SUITE(log_console)

namespace {

using namespace reeve;
using namespace reeve::test;
using severity = boost::log::trivial::severity_level;

// What follows the time.
std::string rest_of(log_record const& record) {
  auto const line = record.as(format_console);
  return line.substr(std::string_view{"2026-11-22 10:15:30.123456 "}.size());
}

log_record of_worker(std::string message) {
  return log_record{}
      .says(std::move(message))
      .with("Worker", std::string{"api/0"})
      .with("Generation", std::uint64_t{3})
      .with("Pid", pid_t{812});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_has_time_severity_channel_and_message) {
  auto record = log_record{}
                    .says("api/0#3 unhealthy")
                    .with("Severity", severity::warning)
                    .with("Channel", std::string{"reeve"})
                    .with("Pid", pid_t{812});
  BOOST_TEST(rest_of(record) == "warning [reeve] api/0#3 unhealthy (pid 812)");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_left_out) {
  BOOST_TEST(rest_of(log_record{}.says("m")) == "m");
  BOOST_TEST(rest_of(log_record{}) == "");
}

BOOST_AUTO_TEST_CASE(who_said_it_is_added_where_the_message_does_not_say_it) {
  BOOST_TEST(rest_of(of_worker("hello")) == "hello (api/0#3, pid 812)");
  BOOST_TEST(rest_of(of_worker("api/0#3 ready (pid 812)")) == "api/0#3 ready (pid 812)");
  BOOST_TEST(rest_of(of_worker("api/0#3 ready")) == "api/0#3 ready (pid 812)");
  BOOST_TEST(rest_of(log_record{}.says("m").with("Pid", pid_t{0})) == "m");
}

BOOST_AUTO_TEST_CASE(control_characters_become_spaces) {
  BOOST_TEST(rest_of(log_record{}.says("two\nlines\x1b[31m\x7f\xc3\xa4")) == "two lines [31m \xc3\xa4");
  BOOST_TEST(rest_of(log_record{}.says("m").with("Channel", std::string{"a\nb"})) == "[a b] m");
}

BOOST_AUTO_TEST_SUITE_END()
