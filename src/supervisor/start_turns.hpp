// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "supervisor/worker_node.hpp"

#include <deque>
#include <memory>

namespace reeve {

/// Limits how many workers may be starting (started, and not ready yet) at a time; first come, first served.
/// On the strand.
class start_turns {
 public:
  /// `most`: 0 is no limit.
  explicit start_turns(std::size_t most) noexcept : most_{most} {}

  /// The node waits for its turn.
  void enter(worker_node& node);

  /// The node's state may have changed: counts it, and gives the turns that are free.
  void settled(worker_node& node);

  void clear() { waiting_.clear(); }

 private:
  void count(worker_node& node);
  void give();

  std::size_t most_;
  std::size_t starting_ = 0;
  bool giving_ = false;
  std::deque<std::weak_ptr<worker_node>> waiting_;
};

}  // namespace reeve
