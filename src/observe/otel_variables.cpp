// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otel_variables.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace reeve {
namespace {

constexpr std::uint64_t ms_of_an_hour = 3'600'000;

std::string_view otel_trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
  return text.substr(0, text.find_last_not_of(spaces) + 1);
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    if (text[0] != '%') {
      decoded += text[0];
      text.remove_prefix(1);
      continue;
    }
    unsigned code = 0;
    auto const* const end = text.data() + std::min<std::size_t>(text.size(), 3);
    auto const [stop, error] = std::from_chars(text.data() + 1, end, code, 16);
    if (error != std::errc{} || stop != text.data() + 3) return std::nullopt;
    decoded += static_cast<char>(code);
    text.remove_prefix(3);
  }
  return decoded;
}

std::optional<std::pair<std::string, std::string>> otel_pair(std::string_view text) {
  auto const equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  auto name = percent_decoded(otel_trimmed(text.substr(0, equals)));
  auto value = percent_decoded(otel_trimmed(text.substr(equals + 1)));
  if (!name || name->empty() || !value) return std::nullopt;
  return std::pair{std::move(*name), std::move(*value)};
}

}  // namespace

std::optional<std::string> otel_variables::text(char const* name) const {
  auto const* const value = look_up_(name);
  auto const trimmed = otel_trimmed(value ? value : "");
  if (trimmed.empty()) return std::nullopt;
  return std::string{trimmed};
}

std::optional<std::uint64_t> otel_variables::number(char const* name, std::uint64_t least,
                                                    std::uint64_t most) {
  auto const value = text(name);
  if (!value) return std::nullopt;
  std::uint64_t number = 0;
  auto const* const end = value->data() + value->size();
  auto const [stop, error] = std::from_chars(value->data(), end, number);
  if (error == std::errc{} && stop == end && number >= least && number <= most) return number;
  complain(name, "it must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> otel_variables::milliseconds(char const* name, std::uint64_t least) {
  auto const value = number(name, least, ms_of_an_hour);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds{*value};
}

std::optional<text_pairs> otel_variables::pairs(char const* name) {
  auto const value = text(name);
  if (!value) return std::nullopt;
  text_pairs all;
  for (std::string_view rest = *value; !rest.empty();) {
    auto const end = std::min(rest.find(','), rest.size());
    if (auto const one = otel_trimmed(rest.substr(0, end)); !one.empty()) {
      auto read = otel_pair(one);
      if (!read) {
        complain(name, "it must be name=value,name=value with other characters as %20");
        return std::nullopt;
      }
      all.push_back(std::move(*read));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

// Without the value: it may be a secret.
void otel_variables::complain(char const* name, std::string const& what) {
  complaints_.push_back(std::string{name} + " does not count: " + what);
}

void complain_once(std::vector<std::string> const& complaints) {
  static std::mutex mutex;
  static auto& said = *new std::set<std::string>;  // never destroyed: a `tracing` may be made at the very end
  std::lock_guard const guard{mutex};
  for (auto const& one : complaints) {
    if (!said.insert(one).second) continue;
    auto const line = "reeve: " + one + '\n';
    [[maybe_unused]] auto const written = ::write(STDERR_FILENO, line.data(), line.size());
  }
}

}  // namespace reeve
