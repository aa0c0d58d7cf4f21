// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// observe_log_writer console|json|journal|syslog|syslog_json [COUNT]: writes so many warnings (1) to that sink:
// "record 1" and so on. It ends without a word to the sink.

#include "reeve/log_format.hpp"

#include <boost/log/trivial.hpp>

#include <cstdlib>
#include <string_view>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::string_view const where = argv[1];
  reeve::add_trace_attributes();
  if (where == "console") reeve::add_console_log();
  if (where == "json") reeve::add_console_log(reeve::log_format::json);
  if (where == "journal") reeve::add_journal_log("my-service");
  if (where == "syslog") reeve::add_syslog_log("my-service");
  if (where == "syslog_json") reeve::add_syslog_log({}, reeve::log_format::json);
  int const count = argc > 2 ? std::atoi(argv[2]) : 1;
  for (int i = 1; i <= count; ++i) BOOST_LOG_TRIVIAL(warning) << "record " << i;
}
