// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/trace_context.hpp"

#include "core/header_text.hpp"
#include "core/random_ids.hpp"
#include "core/trace_state.hpp"
#include "reeve/baggage.hpp"

#include <cstddef>
#include <cstdlib>
#include <utility>

namespace reeve {
namespace {

constexpr std::uint8_t sampled_flag = 1;
constexpr std::uint8_t random_flag = 2;

// Where the parts of a `traceparent` are: "vv-tttttttttttttttttttttttttttttttt-ssssssssssssssss-ff".
constexpr std::size_t trace_id_at = 3;
constexpr std::size_t span_id_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t traceparent_size = 55;

template <std::size_t N>
void append_hex(std::string& out, std::array<std::uint8_t, N> const& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::array<char, 2 * N> text;
  auto* at = text.begin();
  for (auto const byte : bytes) {
    *at++ = digits[byte >> 4U];
    *at++ = digits[byte & 0xfU];
  }
  out.append(text.data(), text.size());
}

// Capital digits are no digits here (section 3.2.2).
int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

template <std::size_t N>
bool read_hex(std::string_view text, std::size_t at, std::array<std::uint8_t, N>& out) noexcept {
  for (auto& byte : out) {
    int const high = digit_of(text[at++]);
    int const low = digit_of(text[at++]);
    if (high < 0 || low < 0) return false;
    byte = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

// A later version has at least these parts, and what it has more begins with a dash (section 4.3).
bool read_traceparent(std::string_view text, trace_context& out) noexcept {
  if (text.size() < traceparent_size) return false;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  if (!read_hex(text, 0, version) || version[0] == 0xff) return false;
  bool const longer = text.size() > traceparent_size;
  if (longer && (version[0] == 0 || text[traceparent_size] != '-')) return false;
  if (text[trace_id_at - 1] != '-' || text[span_id_at - 1] != '-' || text[flags_at - 1] != '-') return false;
  if (!read_hex(text, trace_id_at, out.trace_id) || !read_hex(text, span_id_at, out.span_id) ||
      !read_hex(text, flags_at, flags))
    return false;
  out.flags = flags[0] & (sampled_flag | random_flag);
  return out.valid();
}

std::string_view variable(char const* name) noexcept {
  auto const* const value = std::getenv(name);
  return value ? std::string_view{value} : std::string_view{};
}

}  // namespace

std::string trace_context::traceparent() const {
  std::string text;
  if (!valid()) return text;
  text.reserve(traceparent_size);
  text += "00-";
  append_hex(text, trace_id);
  text += '-';
  append_hex(text, span_id);
  text += '-';
  append_hex(text,
             std::array<std::uint8_t, 1>{static_cast<std::uint8_t>(flags & (sampled_flag | random_flag))});
  return text;
}

std::string trace_context::trace_id_text() const {
  std::string text;
  append_hex(text, trace_id);
  return text;
}

std::string trace_context::span_id_text() const {
  std::string text;
  append_hex(text, span_id);
  return text;
}

trace_context trace_context::child() const {
  if (!valid()) {
    auto made = new_trace(false);
    made.baggage = baggage;
    return made;
  }
  auto made = *this;
  made.span_id = random_span_id();
  return made;
}

std::optional<std::string_view> trace_context::state_of(std::string_view key) const noexcept {
  return trace_state::find(state, key);
}

bool trace_context::set_state(std::string_view key, std::string_view value) {
  if (!trace_state::is_key(key) || !trace_state::is_value(value) || !trace_state::fits(key, value))
    return false;
  state = trace_state::with(state, key, value);
  return true;
}

trace_context new_trace(bool sampled) {
  return {.trace_id = random_trace_id(),
          .span_id = random_span_id(),
          .flags = static_cast<std::uint8_t>(random_flag | (sampled ? sampled_flag : 0U))};
}

trace_context parse_trace(std::string_view traceparent, std::string_view tracestate,
                          std::string_view baggage) {
  trace_context read;
  if (read_traceparent(trimmed(traceparent), read))
    read.state = trace_state::normalised(tracestate);
  else
    read = {};
  if (!baggage.empty()) read.baggage = reeve::baggage{baggage}.to_string();
  return read;
}

trace_context trace_of_environment() {
  return parse_trace(variable("TRACEPARENT"), variable("TRACESTATE"), variable("BAGGAGE"));
}

}  // namespace reeve
