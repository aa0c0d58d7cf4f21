// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_wire.hpp"

#include "core/json_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace reeve::detail {
namespace {

constexpr std::size_t longest_header = 4096;

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::optional<delivery_reply> parse_delivery_reply(std::string_view subject) {
  std::array<std::string_view, 13> tokens;
  std::size_t count = 0;
  for (std::size_t begin = 0; count < tokens.size() && begin <= subject.size(); ++count) {
    auto const end = std::min(subject.find('.', begin), subject.size());
    tokens[count] = subject.substr(begin, end - begin);
    begin = end + 1;
  }
  if (count < 9 || tokens[0] != "$JS" || tokens[1] != "ACK") return std::nullopt;
  std::size_t const skipped = count >= 11 ? 2 : 0;  // a domain and an account
  auto const delivered = number_of(tokens[4 + skipped]);
  auto const sequence = number_of(tokens[5 + skipped]);
  if (!delivered || !sequence) return std::nullopt;
  return delivery_reply{tokens[2 + skipped], *sequence, *delivered};
}

publish_reply parse_publish_reply(std::string_view body) {
  if (body.find("\"error\"") == std::string_view::npos && body.find("\"seq\"") != std::string_view::npos)
    return {.stored = true};
  boost::json::error_code ec;
  auto const parsed = boost::json::parse({body.data(), body.size()}, ec);
  auto const* const top = ec ? nullptr : parsed.if_object();
  auto const* const error = top ? top->if_contains("error") : nullptr;
  auto const* const fields = error ? error->if_object() : nullptr;
  auto const* const text = fields ? fields->if_contains("description") : nullptr;
  if (text && text->is_string()) return {.error = std::string{text->get_string()}};
  return {.error = "the server's answer is not understood"};
}

std::string pull_request(std::size_t most, std::chrono::nanoseconds expires, bool one_shot) {
  std::string out = "{\"batch\":";
  append_number(out, most);
  out += ",\"expires\":";
  append_number(out, expires.count());
  if (one_shot) out += ",\"no_wait\":true";
  return out += '}';
}

std::string_view task_name(std::string_view subject, std::string_view prefix) {
  return subject.starts_with(prefix) ? subject.substr(prefix.size()) : std::string_view{};
}

bool is_task_name(std::string_view name) {
  auto const is_wrong = [](char c) { return is_control(c) || c == ' ' || c == '*' || c == '>'; };
  return !name.empty() && name.size() <= 256 && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos && std::ranges::none_of(name, is_wrong);
}

bool is_header_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_header &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

bool is_header_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool is_server_header(std::string_view name) {
  constexpr std::string_view prefix = "nats-";
  return name.size() >= prefix.size() &&
         std::ranges::equal(name.substr(0, prefix.size()), prefix,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::string header_text(std::string_view text) {
  std::string out{text.substr(0, longest_header)};
  std::ranges::replace_if(out, is_control, ' ');
  // The server's library trims it, too.
  out.erase(0, std::min(out.find_first_not_of(' '), out.size()));
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

std::string node_key(std::string_view node) {
  std::string out{node};
  auto const is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  std::ranges::replace_if(
      out, [&](char c) { return !is_fine(c); }, '_');
  return out.empty() ? "_" : out;
}

void append_result(std::string& out, task_outcome const& outcome, std::string_view node) {
  out += "{\"id\":";
  append_json_text(out, outcome.id);
  out += ",\"name\":";
  append_json_text(out, outcome.name);
  out += ",\"outcome\":";
  append_json_text(out, to_string(outcome.what));
  if (outcome.what == verdict::complete) {
    out += ",\"result\":";
    out += outcome.result.empty() ? std::string_view{"null"} : std::string_view{outcome.result};
  } else {
    out += ",\"reason\":";
    append_json_text(out, outcome.reason);
  }
  out += ",\"attempt\":";
  append_number(out, outcome.attempt);
  out += ",\"duration_ms\":";
  auto const microseconds = std::chrono::duration_cast<std::chrono::microseconds>(outcome.duration).count();
  append_number(out, static_cast<double>(microseconds) / 1000);
  out += ",\"worker\":";
  append_json_text(out, outcome.worker.name.empty() ? std::string{} : to_string(outcome.worker));
  out += ",\"node\":";
  append_json_text(out, node);
  out += '}';
}

std::string nak_text(std::chrono::nanoseconds delay) {
  std::string out = "-NAK";
  if (delay.count() <= 0) return out;
  out += " {\"delay\":";
  append_number(out, delay.count());
  return out += '}';
}

}  // namespace reeve::detail
