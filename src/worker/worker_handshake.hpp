// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/worker_id.hpp"
#include "shm/worker_page.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace reeve {

/// What a worker of our runtime was given by its supervisor.
struct worker_handshake {
  std::string type;
  worker_id id;
  unique_fd control;
  /// Empty where the supervisor gave none.
  std::optional<worker_side_page> page;
  std::chrono::milliseconds beat_period{0};
  std::chrono::milliseconds stop_grace{5000};
  bool live_on = false;
  /// What is wrong with it, in words; empty when nothing is. `control` is usable all the same if it is set.
  std::string problem;
};

/// Takes the handshake out of the environment, if this process was started as a worker of our runtime. No
/// process that this one starts sees it again: the variables are unset and the descriptors close on exec.
/// To be called before there are threads that use the environment.
std::optional<worker_handshake> take_handshake();

}  // namespace reeve
