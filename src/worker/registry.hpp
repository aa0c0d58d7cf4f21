// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/worker.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace reeve {

/// How a worker of a type is run.
using worker_entry = std::variant<detail::class_worker_factory, detail::function_worker>;

/// The worker types of a program, by name. Thread-safe.
class worker_registry {
 public:
  /// The one that REEVE_WORKER fills. It is never destroyed.
  static worker_registry& global();

  /// Adds a type. The same entry under the same name again is no harm (the macro stands in a header); another
  /// one is remembered as a duplicate, and the first is kept.
  void add(std::string_view type, worker_entry entry);

  std::optional<worker_entry> find(std::string_view type) const;

  /// A name under which two different workers were registered, if there is one: the program is wrong.
  std::optional<std::string> duplicate() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, worker_entry, std::less<>> entries_;
  std::optional<std::string> duplicate_;
};

}  // namespace reeve
