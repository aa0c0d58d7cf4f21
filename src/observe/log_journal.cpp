// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_journal.hpp"

#include "observe/log_priority.hpp"
#include "observe/log_text.hpp"
#include "observe/log_thread_sink.hpp"

#include <boost/system/system_error.hpp>

#include <array>
#include <utility>

#if defined(REEVE_OBSERVE_WITH_JOURNAL)
// The line that calls it tells nothing.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#endif

namespace reeve {

std::vector<std::string> journal_fields(log_fields const& fields, std::string const& identifier) {
  std::array<std::pair<char const*, log_value const*>, 5> const optional{
      {{"REEVE_WORKER=", &fields.worker},
       {"REEVE_GENERATION=", &fields.generation},
       {"REEVE_PID=", &fields.pid},
       {"TRACE_ID=", &fields.trace_id},
       {"SPAN_ID=", &fields.span_id}}};
  std::vector<std::string> out;
  out.reserve(optional.size() + 3);
  append_plain(out.emplace_back("MESSAGE="), fields.message);
  out.push_back("PRIORITY=" + std::to_string(priority_of(fields.level)));
  out.push_back("SYSLOG_IDENTIFIER=" + identifier);
  for (auto const& [name, value] : optional)
    if (is_there(*value)) append_plain(out.emplace_back(name), *value);
  return out;
}

#if defined(REEVE_OBSERVE_WITH_JOURNAL)
namespace {

class log_journal final : public log_output {
 public:
  explicit log_journal(std::string identifier) : identifier_{std::move(identifier)} {}

  bool write(log_fields const& fields) override {
    auto texts = journal_fields(fields, identifier_);
    std::vector<iovec> parts;
    parts.reserve(texts.size());
    for (auto& text : texts) parts.push_back({.iov_base = text.data(), .iov_len = text.size()});
    return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
  }

 private:
  std::string identifier_;
};

}  // namespace

log_sink add_journal_log(std::string identifier) {
  return add_log_sink(std::make_unique<log_journal>(identifier_or_program(std::move(identifier))));
}
#else
log_sink add_journal_log(std::string) {
  throw boost::system::system_error{
      make_error_code(boost::system::errc::not_supported),
      "add_journal_log: reeve::observe was built without libsystemd (Debian: libsystemd-dev)"};
}
#endif

}  // namespace reeve
