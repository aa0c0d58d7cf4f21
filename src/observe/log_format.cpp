// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/log_format.hpp"

#include "observe/log_text.hpp"

#include <boost/log/utility/formatting_ostream.hpp>

#include <chrono>
#include <string>

namespace reeve {

void format_json(boost::log::record_view const& record, boost::log::formatting_ostream& out) {
  std::string line;
  append_json(line, fields_of(record, std::chrono::system_clock::now()));
  out << line;
}

void format_console(boost::log::record_view const& record, boost::log::formatting_ostream& out) {
  std::string line;
  append_console(line, fields_of(record, std::chrono::system_clock::now()));
  out << line;
}

}  // namespace reeve
