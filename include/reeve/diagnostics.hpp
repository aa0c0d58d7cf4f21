// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/exit_record.hpp>

#include <optional>
#include <string>

namespace reeve {

/// What an error code cannot carry. Pass one to an operation and look at it when the operation fails; it
/// must outlive the operation. A successful operation leaves it empty.
struct diagnostics {
  /// What happened and what to do about it, in words.
  std::string message;
  /// The field that was wrong, for `error::invalid_argument`: "restart.window", "workers[1].name".
  std::string field;
  /// The exit of the worker that failed, where one ended or could not be started.
  std::optional<exit_record> exit;
};

}  // namespace reeve
