// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "process_test.hpp"

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace reeve::test {

/// What children/show_self.cpp prints.
class self_report {
 public:
  /// Runs show_self as the request has it, but for the program.
  static self_report of(launch_request request) {
    auto const self = request_for("show_self");
    if (request.image < 0) request.path = self.path;
    return self_report{output_of(std::move(request))};
  }

  explicit self_report(std::string const& text) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
      auto const space = line.find(' ');
      values_[line.substr(0, space)].push_back(space == line.npos ? "" : line.substr(space + 1));
    }
  }

  std::vector<std::string> const& all(std::string const& name) const { return values_.at(name); }
  std::string const& one(std::string const& name) const { return values_.at(name).at(0); }

  /// Whether this is one of the values of that name.
  bool has(std::string const& name, std::string const& value) const {
    auto const found = values_.find(name);
    return found != values_.end() && std::ranges::find(found->second, value) != found->second.end();
  }

  std::vector<int> descriptors() const {
    std::vector<int> numbers;
    for (auto const& fd : all("fd")) numbers.push_back(std::stoi(fd));
    return numbers;
  }

  /// What the descriptor of this number leads to; empty where there is none.
  std::string target(int number) const {
    auto const prefix = std::to_string(number) + ' ';
    for (auto const& fd : all("fd"))
      if (fd.starts_with(prefix)) return fd.substr(prefix.size());
    return {};
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

}  // namespace reeve::test
