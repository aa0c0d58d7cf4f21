// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "supervisor/worker_node.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <unordered_map>

namespace reeve {

/// Checks the heartbeats of all workers with one timer, every quarter of the shortest timeout. Without a
/// worker to check it does nothing at all. On the strand.
class heartbeat_monitor {
 public:
  explicit heartbeat_monitor(boost::asio::any_io_executor const& strand) : timer_{strand} {}

  void watch(worker_node& node, bool on);
  void stop();

 private:
  using clock = std::chrono::steady_clock;

  void arm(clock::time_point when);
  void check();

  boost::asio::steady_timer timer_;
  std::unordered_map<worker_node*, std::weak_ptr<worker_node>> nodes_;
  clock::duration period_{};
  bool armed_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace reeve
