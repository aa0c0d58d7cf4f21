// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/json_writer.hpp"
#include "observe/log_text.hpp"
#include "observe/log_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace reeve {
namespace {

// JSON knows numbers only.
bool is_json_value(log_value const& value) {
  auto const* const number = std::get_if<double>(&value);
  return is_there(value) && (number == nullptr || std::isfinite(*number));
}

void add_member(json_writer& writer, std::string_view name, log_value const& value) {
  struct {
    json_writer& writer;
    void operator()(std::monostate) const {}
    void operator()(std::string_view text) const { writer.text(text); }
    void operator()(bool truth) const { writer.truth(truth); }
    void operator()(std::int64_t number) const { writer.number(number); }
    void operator()(std::uint64_t number) const { writer.number(number); }
    void operator()(double number) const { writer.number(number); }
  } const visitor{writer};
  if (!is_json_value(value)) return;
  writer.name(name);
  std::visit(visitor, value);
}

}  // namespace

void append_plain(std::string& out, log_value const& value) {
  struct {
    std::string& out;
    void operator()(std::monostate) const {}
    void operator()(std::string_view text) const { out += text; }
    void operator()(bool truth) const { out += truth ? "true" : "false"; }
    void operator()(std::int64_t number) const { append_number(out, number); }
    void operator()(std::uint64_t number) const { append_number(out, number); }
    void operator()(double number) const { append_number(out, number); }
  } const writer{out};
  std::visit(writer, value);
}

void append_json(std::string& out, log_fields const& fields, log_clock clock) {
  std::array<std::pair<std::string_view, log_value const*>, 8> const members{
      {{"severity", &fields.severity},
       {"channel", &fields.channel},
       {"message", &fields.message},
       {"worker", &fields.worker},
       {"generation", &fields.generation},
       {"pid", &fields.pid},
       {"trace_id", &fields.trace_id},
       {"span_id", &fields.span_id}}};
  json_writer writer{out};
  writer.begin_object();
  if (clock == log_clock::shown) {
    std::string time;
    append_utc_time(time, fields.time);
    writer.member<"time">(time);
  }
  for (auto const& [name, value] : members) add_member(writer, name, *value);
  auto const is_written = [&](std::string_view name) {
    return name == "time" || std::ranges::any_of(members, [&](auto const& member) {
             return member.first == name && is_json_value(*member.second);
           });
  };
  for (auto const& [name, value] : fields.others)
    if (!is_written(name)) add_member(writer, name, value);
  writer.end_object();
}

}  // namespace reeve
