// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/exit_record.hpp>

#include <string>

namespace reeve {

/// How one restart operation goes about it.
struct restart_options {
  /// false: SIGKILL at once, without asking.
  bool graceful = true;
  /// What the exit records of those that it ends give as the cause: `exit_cause::restart` or
  /// `exit_cause::limit`.
  exit_cause cause = exit_cause::restart;
  /// What they give as the reason.
  std::string reason{};
};

}  // namespace reeve
