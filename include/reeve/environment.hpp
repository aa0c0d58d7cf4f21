// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reeve {

/// A worker's environment: what it inherits, and what is added to it or taken from it.
///
///     environment env{{"LANG", "C"}};      // inherited, and LANG set
///     env.unset("DISPLAY");                // not this one
///     env.clear();                         // nothing inherited; what is set from here on is all there is
///
/// A start refuses a name that is empty, has '=' or NUL in it, or begins with REEVE_ (those are reeve's own),
/// and a value with NUL in it. To every environment it adds variables of its own: see doc/worker_page.md.
class REEVE_DECL environment {
 public:
  /// Inherits everything.
  environment() = default;

  /// Inherits everything and sets these.
  environment(std::initializer_list<std::pair<std::string const, std::string>> variables);

  /// Sets a variable, whatever is inherited.
  environment& set(std::string name, std::string value);

  /// Removes a variable, set or inherited.
  environment& unset(std::string name);

  /// Inherits nothing and forgets what was set.
  environment& clear();

  /// Whether the supervisor's own environment is inherited.
  bool inherits() const noexcept { return inherit_; }

  /// What was set (a value) and unset (no value), by name.
  std::map<std::string, std::optional<std::string>> const& changes() const noexcept { return changes_; }

  /// The environment as "NAME=value" strings, on top of `base` where it inherits. O(n log n) for n variables.
  std::vector<std::string> resolve(char const* const* base) const;

 private:
  bool inherit_ = true;
  std::map<std::string, std::optional<std::string>> changes_;
};

}  // namespace reeve
