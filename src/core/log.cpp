// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/log.hpp"

#include <boost/log/attributes/constant.hpp>
#include <boost/log/core.hpp>
#include <boost/log/sources/record_ostream.hpp>
#include <boost/log/trivial.hpp>

#include <string>

namespace reeve {
namespace {

namespace blog = boost::log;
using severity = blog::trivial::severity_level;

severity severity_of(log_level level) noexcept {
  switch (level) {
    case log_level::debug: return severity::debug;
    case log_level::info: return severity::info;
    case log_level::warning: return severity::warning;
    default: return severity::error;
  }
}

}  // namespace

void logger::write(log_level level, worker_id const& worker, pid_t pid, std::string_view text,
                   trace_context const* trace) const noexcept {
  if (!enabled(level)) return;
  try {
    write_record(level, worker, pid, text, trace);
  } catch (...) {
    // Who wants to hear of it installs Boost.Log's exception handler.
  }
}

// The attributes go with the record: no logger object is shared between threads.
void logger::write_record(log_level level, worker_id const& worker, pid_t pid, std::string_view text,
                          trace_context const* trace) const {
  blog::attribute_set attributes;
  attributes["Channel"] = blog::attributes::constant<std::string>{"reeve"};
  attributes["Severity"] = blog::attributes::constant<severity>{severity_of(level)};
  attributes["Worker"] =
      blog::attributes::constant<std::string>{worker.name + '/' + std::to_string(worker.index)};
  attributes["Generation"] = blog::attributes::constant<std::uint64_t>{worker.generation};
  attributes["Pid"] = blog::attributes::constant<pid_t>{pid};
  if (trace && trace->valid()) {
    attributes["TraceId"] = blog::attributes::constant<std::string>{trace->trace_id_text()};
    attributes["SpanId"] = blog::attributes::constant<std::string>{trace->span_id_text()};
  }
  auto const core = blog::core::get();
  auto record = core->open_record(attributes);
  if (!record) return;
  blog::record_ostream stream{record};
  stream << text;
  stream.flush();
  core->push_record(std::move(record));
}

}  // namespace reeve
