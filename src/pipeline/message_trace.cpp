// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/task_message.hpp"

#include <algorithm>
#include <string_view>

namespace reeve {
namespace {

constexpr std::string_view traceparent_header = "traceparent";
constexpr std::string_view tracestate_header = "tracestate";
constexpr std::string_view baggage_header = "baggage";

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_called(task_header const& header, std::string_view name) noexcept {
  return std::ranges::equal(header.name, name, {}, lower);
}

// Headers of one name are one list.
std::string all_of_name(task_message const& message, std::string_view name, std::size_t& count) {
  std::string value;
  for (auto const& header : message.headers) {
    if (!is_called(header, name)) continue;
    if (count++ != 0) value += ',';
    value += header.value;
  }
  return value;
}

}  // namespace

// With two traceparents nobody knows which trace it is.
trace_context trace_of(task_message const& message) {
  if (message.headers.empty()) return {};
  std::size_t parents = 0;
  std::size_t others = 0;
  auto const parent = all_of_name(message, traceparent_header, parents);
  auto const state = all_of_name(message, tracestate_header, others);
  others = 0;
  auto const baggage = all_of_name(message, baggage_header, others);
  return parse_trace(parents == 1 ? std::string_view{parent} : std::string_view{}, state, baggage);
}

void set_trace(task_message& message, trace_context const& trace) {
  std::erase_if(message.headers, [](task_header const& header) {
    return is_called(header, traceparent_header) || is_called(header, tracestate_header) ||
           is_called(header, baggage_header);
  });
  auto const add = [&](std::string_view name, std::string value) {
    if (!value.empty()) message.headers.push_back({.name = std::string{name}, .value = std::move(value)});
  };
  add(traceparent_header, trace.traceparent());
  add(tracestate_header, trace.state);
  add(baggage_header, trace.baggage);
}

}  // namespace reeve
