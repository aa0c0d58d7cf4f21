// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What syslog gets.

#include "observe/log_syslog.hpp"

#include "log_daemon.hpp"
#include "log_rig.hpp"

BOOST_AUTO_TEST_SUITE(log_syslog)

namespace {

using namespace reeve::test;
using reeve::log_fields;
using reeve::log_format;
namespace trivial = boost::log::trivial;

log_fields saying(std::string_view message) {
  return {.level = trivial::warning, .severity = std::string_view{"warning"}, .message = message};
}

// What stands behind "<12>Nov 22 10:15:30 ".
std::string rest_of_datagram(std::string const& datagram) {
  BOOST_REQUIRE(datagram.starts_with("<12>"));
  return datagram.substr(std::string_view{"<12>Nov 22 10:15:30 "}.size());
}

std::string datagram_of(std::string_view message, log_format format) {
  return rest_of_datagram(reeve::syslog_message(saying(message), "me", 812, format));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_record_becomes_a_line_without_a_time_of_its_own) {
  BOOST_TEST(datagram_of("two\nlines", log_format::console) == "me[812]: warning two lines");
  BOOST_TEST(datagram_of("m", log_format::json) == R"(me[812]: {"severity":"warning","message":"m"})");
}

BOOST_AUTO_TEST_CASE(a_daemon_gets_each_record_in_a_datagram) {
  log_folder const folder;
  log_daemon const daemon{folder.path("log")};
  reeve::log_syslog output{"me", log_format::console, folder.path("log")};
  for (auto const* const message : {"a", "b"}) {
    BOOST_TEST(output.write(saying(message)));
    BOOST_TEST(daemon.receive().ends_with(std::string{": warning "} + message));
  }
}

BOOST_AUTO_TEST_CASE(a_daemon_that_was_started_anew_gets_them_again) {
  log_folder const folder;
  reeve::log_syslog output{"me", log_format::console, folder.path("log")};
  BOOST_TEST(!output.write(saying("nobody is there")));
  for (int start = 0; start < 3; ++start) {
    log_daemon const daemon{folder.path("log")};
    BOOST_TEST(output.write(saying("m")));
    BOOST_TEST(daemon.receive().ends_with(": warning m"));
  }
  BOOST_TEST(!output.write(saying("nobody is there")));
}

BOOST_AUTO_TEST_CASE(a_record_that_no_datagram_can_hold_is_lost_and_no_more) {
  log_folder const folder;
  log_daemon const daemon{folder.path("log")};
  reeve::log_syslog output{"me", log_format::console, folder.path("log")};
  BOOST_TEST(!output.write(saying(std::string(std::size_t{1} << 20U, 'm'))));
  BOOST_TEST(output.write(saying("m")));
}

BOOST_AUTO_TEST_CASE(a_path_that_is_too_long_leads_nowhere) {
  reeve::log_syslog output{"me", log_format::console, std::string(200, 'p')};
  BOOST_TEST(!output.write(saying("m")));
}

BOOST_AUTO_TEST_CASE(a_process_writes_to_the_systems_syslog, *only_if<with_mount_namespaces>()) {
  log_folder const folder;
  log_daemon const daemon{folder.path("log")};
  output_of(log_writer_among_daemons(folder, "syslog"));
  auto const line = rest_of_datagram(daemon.receive());
  BOOST_TEST(line.starts_with("my-service["), line);
  BOOST_TEST(line.ends_with("]: warning record 1"), line);

  output_of(log_writer_among_daemons(folder, "syslog_json"));
  auto const json = rest_of_datagram(daemon.receive());
  BOOST_TEST(json.starts_with("child_observe_log_writer["), json);
  BOOST_TEST(text_member_of(json.substr(json.find('{')), "message") == "record 1");
  BOOST_TEST(!daemon.has_more());
}

BOOST_AUTO_TEST_CASE(a_syslog_that_hangs_does_not_keep_a_process, *only_if<with_mount_namespaces>()) {
  log_folder const folder;
  log_daemon const daemon{folder.path("log")};
  output_of(log_writer_among_daemons(folder, "syslog", "30000"));
}

BOOST_AUTO_TEST_CASE(without_a_syslog_records_are_lost_and_no_more, *only_if<with_mount_namespaces>()) {
  log_folder const folder;
  output_of(log_writer_among_daemons(folder, "syslog", "100"));
}

BOOST_AUTO_TEST_SUITE_END()
