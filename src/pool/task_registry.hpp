// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/task_fn.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reeve {

/// What the two sides compare of a task.
struct task_signature {
  std::string name{};
  /// The type of its function.
  std::string type{};
  detail::task_form form = detail::task_form::binary;

  bool operator==(task_signature const&) const = default;
};

/// In the handshake the type tells the form, too.
std::string to_text(task_signature const& signature);
/// The other way.
task_signature read_signature(std::string name, std::string_view text);

/// A name as it stands in messages, whatever it is.
std::string quoted(std::string name);

/// The tasks of a program, numbered from 0 in the order of their registration. Thread-safe.
class task_registry {
 public:
  /// The one that `task_fn` fills. It is never destroyed.
  static task_registry& global();

  /// Adds a task and gives its number. One that is wrong gets a number, too, and is remembered as the problem.
  std::uint32_t add(detail::task_entry entry);

  /// The number of the task of this name and form: of the first one, where there are several.
  std::optional<std::uint32_t> find(std::string_view name,
                                    detail::task_form form = detail::task_form::binary) const;

  /// Null where there is no task of this number. It stays where it is for as long as the registry.
  detail::task_entry const* entry(std::uint32_t number) const;

  /// The name of a task that is registered.
  std::string const& name(std::uint32_t number) const { return entry(number)->name; }

  std::size_t size() const;

  /// Of all tasks, in the order of their numbers.
  std::vector<task_signature> signatures() const;

  /// The first thing that is wrong with the program's tasks, if there is one: a name that is used twice, or that
  /// is no name.
  std::optional<std::string> problem() const;

 private:
  mutable std::mutex mutex_;
  std::deque<detail::task_entry> entries_;
  // The names are those of the entries.
  std::map<std::pair<std::string_view, detail::task_form>, std::uint32_t> numbers_;
  std::optional<std::string> problem_;
};

}  // namespace reeve
