// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"

#include <sys/types.h>

namespace reeve {

/// What a child does between its birth and its exec.
struct spawn_plan {
  /// The program's path; not used when `image` is given.
  char const* path = nullptr;
  /// A descriptor of the image to run, or -1. `prepare` may change it.
  int image = -1;
  char const* const* argv = nullptr;
  char const* const* environment = nullptr;
  /// Runs in the child, in this process's memory; returns 0 or errno, and names the step that it is at.
  int (*prepare)(void* context, char const*& step) = nullptr;
  void* context = nullptr;
};

struct spawn_outcome {
  pid_t pid = 0;
  /// Empty on failure: then there is no child, and no zombie.
  unique_fd pidfd;
  /// errno of a failure, or 0.
  int error = 0;
  /// The step that failed.
  char const* step = "";
};

/// Starts a program without copying this process's memory; returns once its exec is done or has failed.
spawn_outcome spawn(spawn_plan& plan) noexcept;

}  // namespace reeve
