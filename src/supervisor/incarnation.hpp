// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "process/child.hpp"
#include "shm/worker_page.hpp"
#include "supervisor/control_link.hpp"
#include "supervisor/node_health.hpp"
#include "supervisor/output_capture.hpp"
#include "supervisor/worker_node.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace reeve {

/// What belongs to one process of a worker, and goes with it.
struct worker_node::incarnation {
  std::unique_ptr<child> process;
  std::shared_ptr<supervisor_page> page;
  std::unique_ptr<control_link> control;
  std::shared_ptr<output_capture> output;
  std::unique_ptr<node_health> health;
  time_point started_at;
  /// As the runtime reported it.
  std::optional<std::uint64_t> peak_memory;
  bool unknown_type = false;
  /// What the runtime said of its end.
  std::string failure;
};

}  // namespace reeve
