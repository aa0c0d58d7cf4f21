// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_text.hpp"
#include "observe/log_time.hpp"

#include <algorithm>

namespace reeve {
namespace {

std::string plain_log_value(log_value const& value) {
  std::string text;
  append_plain(text, value);
  return text;
}

// Who it is about, as far as the message does not say it: reeve's own do.
std::string unsaid_of_record(log_fields const& fields, std::string const& message) {
  std::string text;
  auto const worker = plain_log_value(fields.worker);
  if (!worker.empty() && message.find(worker) == std::string::npos) {
    text = worker;
    if (is_there(fields.generation)) text += '#' + plain_log_value(fields.generation);
  }
  auto const pid = plain_log_value(fields.pid);
  // 0: a worker that has no process.
  if (!pid.empty() && pid != "0" && message.find("pid " + pid) == std::string::npos)
    text += (text.empty() ? "pid " : ", pid ") + pid;
  return text;
}

}  // namespace

void append_console(std::string& out, log_fields const& fields, log_clock clock) {
  if (clock == log_clock::shown) {
    append_local_time(out, fields.time);
    out += ' ';
  }
  auto const begin = out.size();
  if (is_there(fields.severity)) out += plain_log_value(fields.severity) + ' ';
  if (is_there(fields.channel)) out += '[' + plain_log_value(fields.channel) + "] ";
  auto const message = plain_log_value(fields.message);
  out += message;
  if (auto const more = unsaid_of_record(fields, message); !more.empty()) out += " (" + more + ')';
  auto const is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7f'; };
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), is_control, ' ');
}

}  // namespace reeve
