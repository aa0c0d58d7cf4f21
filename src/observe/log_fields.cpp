// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_fields.hpp"

#include "observe/log_time.hpp"

#include <boost/log/attributes/attribute_name.hpp>
#include <boost/log/attributes/attribute_value.hpp>
#include <boost/log/attributes/attribute_value_set.hpp>
#include <boost/log/attributes/value_visitation.hpp>
#include <boost/log/utility/string_literal.hpp>
#include <boost/mpl/vector.hpp>

#include <algorithm>
#include <concepts>
#include <optional>
#include <string>

namespace reeve {
namespace {

namespace blog = boost::log;
using time_point = std::chrono::system_clock::time_point;

using log_types = boost::mpl::vector<std::string, blog::string_literal, std::string_view, char const*, bool,
                                     short, unsigned short, int, unsigned, long, unsigned long, long long,
                                     unsigned long long, float, double, blog::trivial::severity_level>;
using log_times = boost::mpl::vector<boost::posix_time::ptime, time_point>;

// Writes down what is in an attribute.
struct value_reader {
  using result_type = void;
  log_value& value;
  std::optional<blog::trivial::severity_level>& level;

  void operator()(std::string const& text) const { value = std::string_view{text}; }
  void operator()(std::string_view text) const { value = text; }
  void operator()(blog::string_literal const& text) const {
    value = std::string_view{text.c_str(), text.size()};
  }
  void operator()(char const* text) const {
    if (text) value = std::string_view{text};
  }
  void operator()(bool truth) const { value = truth; }
  void operator()(std::signed_integral auto number) const { value = static_cast<std::int64_t>(number); }
  void operator()(std::unsigned_integral auto number) const { value = static_cast<std::uint64_t>(number); }
  void operator()(std::floating_point auto number) const { value = static_cast<double>(number); }
  void operator()(blog::trivial::severity_level severity) const {
    level = severity;
    if (auto const* const name = blog::trivial::to_string(severity)) value = std::string_view{name};
  }
};

struct time_reader {
  using result_type = void;
  time_point& time;
  time_point now;

  void operator()(boost::posix_time::ptime const& stamp) const { time = time_of_stamp(stamp, now); }
  void operator()(time_point stamp) const { time = stamp; }
};

// Where the attribute of a name has its place.
log_value* place_of(std::string_view name, log_fields& fields) {
  if (name == "Message") return &fields.message;
  if (name == "Severity") return &fields.severity;
  if (name == "Channel") return &fields.channel;
  if (name == "Worker") return &fields.worker;
  if (name == "Generation") return &fields.generation;
  if (name == "Pid") return &fields.pid;
  if (name == "TraceId") return &fields.trace_id;
  if (name == "SpanId") return &fields.span_id;
  return nullptr;
}

}  // namespace

log_fields fields_of(blog::record_view const& record, time_point now) {
  log_fields fields{.time = now};
  for (auto const& [attribute, content] : record.attribute_values()) {
    std::string_view const name = attribute.string();
    if (name == "TimeStamp") {
      content.visit<log_times>(time_reader{.time = fields.time, .now = now});
      continue;
    }
    log_value value;
    std::optional<blog::trivial::severity_level> level;
    content.visit<log_types>(value_reader{.value = value, .level = level});
    if (level && name == "Severity") fields.level = *level;
    if (auto* const place = place_of(name, fields))
      *place = value;
    else if (is_there(value))
      fields.others.emplace_back(name, value);
  }
  std::ranges::sort(fields.others, {}, [](auto const& other) { return other.first; });
  return fields;
}

}  // namespace reeve
