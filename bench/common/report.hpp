// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

namespace reeve::bench {

/// A number for people.
inline std::string number(double value, int digits = 3) {
  std::ostringstream out;
  out.precision(digits);
  out << std::fixed << value;
  return out.str();
}

/// Tells whoever waits how far it is.
inline void progress(std::string_view text) { std::cerr << text << std::endl; }

/// Prints one measurement as a line of JSON, and where it has a goal ("<= 2") one for people too. `reference` says
/// what it was measured against, in words without quotes or backslashes.
inline void report(std::string_view bench, std::string_view metric, double value, std::string_view unit,
                   std::string_view reference, std::string_view goal = {}) {
  std::cout << R"({"bench":")" << bench << R"(","metric":")" << metric << R"(","value":)" << number(value)
            << R"(,"unit":")" << unit << R"(","reference":")" << reference << '"';
  if (!goal.empty()) std::cout << R"(,"goal":")" << goal << '"';
  std::cout << '}' << std::endl;
  if (!goal.empty()) progress(std::string{metric} + ' ' + number(value) + ' ' + std::string{goal});
}

}  // namespace reeve::bench
