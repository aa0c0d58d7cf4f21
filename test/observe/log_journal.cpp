// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What the journal gets.

#include "observe/log_journal.hpp"

#include "log_daemon.hpp"

BOOST_AUTO_TEST_SUITE(log_journal)

namespace {

using namespace reeve;
using namespace reeve::test;
using texts = std::vector<std::string>;
namespace trivial = boost::log::trivial;

std::string priority_in(log_fields const& fields) { return journal_fields(fields, "me").at(1); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_record_becomes_fields) {
  log_fields const fields{.level = trivial::error,
                          .message = std::string_view{"two\nlines"},
                          .worker = std::string_view{"api/0"},
                          .generation = std::uint64_t{3},
                          .pid = std::int64_t{812},
                          .trace_id = std::string_view{"0af7651916cd43dd8448eb211c80319c"},
                          .span_id = std::string_view{"b7ad6b7169203331"}};
  BOOST_TEST((journal_fields(fields, "me") ==
              texts{"MESSAGE=two\nlines", "PRIORITY=3", "SYSLOG_IDENTIFIER=me", "REEVE_WORKER=api/0",
                    "REEVE_GENERATION=3", "REEVE_PID=812", "TRACE_ID=0af7651916cd43dd8448eb211c80319c",
                    "SPAN_ID=b7ad6b7169203331"}));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_no_field) {
  BOOST_TEST((journal_fields({}, "me") == texts{"MESSAGE=", "PRIORITY=6", "SYSLOG_IDENTIFIER=me"}));
}

BOOST_AUTO_TEST_CASE(the_severity_becomes_a_priority) {
  std::vector<std::pair<trivial::severity_level, std::string>> const table{
      {trivial::trace, "PRIORITY=7"},   {trivial::debug, "PRIORITY=7"}, {trivial::info, "PRIORITY=6"},
      {trivial::warning, "PRIORITY=4"}, {trivial::error, "PRIORITY=3"}, {trivial::fatal, "PRIORITY=2"}};
  for (auto const& [level, priority] : table) BOOST_TEST(priority_in({.level = level}) == priority);
}

BOOST_AUTO_TEST_CASE(a_journal_gets_the_records, *only_if<with_journal_and_namespaces>()) {
  log_folder const folder;
  log_daemon const journal{folder.path("journal")};
  output_of(log_writer_among_daemons(folder, "journal"));
  auto const datagram = journal.receive();
  for (auto const* const field : {"MESSAGE=record 1\n", "PRIORITY=4\n", "SYSLOG_IDENTIFIER=my-service\n"})
    BOOST_TEST(datagram.find(field) != datagram.npos, datagram);
  BOOST_TEST(datagram.find("CODE_FILE") == datagram.npos);
  BOOST_TEST(!journal.has_more());
}

BOOST_AUTO_TEST_CASE(a_journal_that_hangs_does_not_keep_a_process, *only_if<with_journal_and_namespaces>()) {
  log_folder const folder;
  log_daemon const journal{folder.path("journal")};
  output_of(log_writer_among_daemons(folder, "journal", "30000"));
}

BOOST_AUTO_TEST_CASE(without_a_journal_records_are_lost_and_no_more,
                     *only_if<with_journal_and_namespaces>()) {
  log_folder const folder;
  output_of(log_writer_among_daemons(folder, "journal", "100"));
}

BOOST_AUTO_TEST_SUITE_END()
