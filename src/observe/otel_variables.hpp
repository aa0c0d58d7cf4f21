// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reeve {

/// Looks a variable up, as `getenv` does: null where it is not set.
using variable_lookup = std::function<char const*(char const*)>;

/// Names and values: "a=1,b=2".
using text_pairs = std::vector<std::pair<std::string, std::string>>;

/// Reads variables by OpenTelemetry's rules: an empty one is not set, and one that makes no sense does not count, but
/// is complained of.
class otel_variables {
 public:
  explicit otel_variables(variable_lookup look_up) : look_up_{std::move(look_up)} {}

  /// Without the spaces around it.
  std::optional<std::string> text(char const* name) const;
  /// Of several the first that is set.
  template <class Read>
  auto first_of(char const* one, char const* other, Read read) {
    auto value = read(one);
    return value ? value : read(other);
  }
  std::optional<std::uint64_t> number(char const* name, std::uint64_t least, std::uint64_t most);
  std::optional<std::chrono::milliseconds> milliseconds(char const* name, std::uint64_t least);
  /// Names and values, percent-decoded. All of it or nothing.
  std::optional<text_pairs> pairs(char const* name);

  /// What is wrong with a variable, and what it may be.
  void complain(char const* name, std::string const& what);
  std::vector<std::string> take_complaints() { return std::exchange(complaints_, {}); }

 private:
  variable_lookup look_up_;
  std::vector<std::string> complaints_;
};

/// Says each on stderr that was not said before in this process.
void complain_once(std::vector<std::string> const& complaints);

}  // namespace reeve
