// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "supervisor/worker_node.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>

namespace reeve {

/// Limits how many workers may be starting (started, and not ready yet) at a time; first come, first served.
/// On the strand.
class start_turns {
 public:
  /// `most`: 0 is no limit.
  start_turns(boost::asio::any_io_executor strand, std::size_t most)
      : strand_{std::move(strand)}, most_{most} {}

  /// The node waits for its turn.
  void enter(worker_node& node);

  /// The node's state may have changed: counts it, and gives the turns that are free, not from inside: the
  /// command that is under way may be about to stop those that wait.
  void settled(worker_node& node);

  void clear() { waiting_.clear(); }

 private:
  void count(worker_node& node);
  void give();
  bool is_full() const noexcept { return most_ != 0 && starting_ >= most_; }

  boost::asio::any_io_executor strand_;
  std::size_t most_;
  std::size_t starting_ = 0;
  bool posted_ = false;
  std::deque<std::weak_ptr<worker_node>> waiting_;
  std::shared_ptr<void> alive_ = std::make_shared<char>();
};

}  // namespace reeve
