// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/environment.hpp"

#include <set>
#include <string_view>

namespace reeve {

environment::environment(std::initializer_list<std::pair<std::string const, std::string>> variables) {
  for (auto const& [name, value] : variables) set(name, value);
}

environment& environment::set(std::string name, std::string value) {
  changes_.insert_or_assign(std::move(name), std::move(value));
  return *this;
}

environment& environment::unset(std::string name) {
  changes_.insert_or_assign(std::move(name), std::nullopt);
  return *this;
}

environment& environment::clear() {
  inherit_ = false;
  changes_.clear();
  return *this;
}

std::vector<std::string> environment::resolve(char const* const* base) const {
  std::vector<std::string> result;
  std::set<std::string_view> seen;
  if (inherit_ && base) {
    for (; *base; ++base) {
      std::string_view const entry{*base};
      auto const name = entry.substr(0, entry.find('='));
      // What has no '=' is no variable; of a name that is there twice, getenv finds the first.
      if (name.size() == entry.size() || !seen.insert(name).second) continue;
      if (!changes_.contains(std::string{name})) result.emplace_back(entry);
    }
  }
  for (auto const& [name, value] : changes_)
    if (value) result.push_back(name + '=' + *value);
  return result;
}

}  // namespace reeve
