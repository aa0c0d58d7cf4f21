// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <optional>
#include <string_view>

namespace reeve {

/// Without the optional whitespace around it (RFC 9110, section 5.6.3).
constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view whitespace = " \t";
  auto const begin = text.find_first_not_of(whitespace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(whitespace) - begin + 1);
}

/// The elements of a list with commas, trimmed; empty ones, too (RFC 9110, section 5.6.1).
class list_reader {
 public:
  constexpr explicit list_reader(std::string_view list, char separator = ',') noexcept
      : rest_{list}, separator_{separator} {}

  constexpr std::optional<std::string_view> next() noexcept {
    if (ended_) return std::nullopt;
    auto const end = rest_.find(separator_);
    auto const item = trimmed(rest_.substr(0, end));
    ended_ = end == std::string_view::npos;
    if (!ended_) rest_.remove_prefix(end + 1);
    return item;
  }

 private:
  std::string_view rest_;
  char separator_;
  bool ended_ = false;
};

}  // namespace reeve
