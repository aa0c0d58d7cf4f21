// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/context_gate.hpp"
#include "core/log.hpp"
#include "reeve/supervisor_params.hpp"
#include "supervisor/status_board.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace reeve {

class worker_node;

/// What a worker's node needs of the supervisor it is part of. All calls are on the strand.
class node_host {
 public:
  /// What is the same for all nodes.
  struct surroundings {
    boost::asio::any_io_executor user;    // the application's
    boost::asio::any_io_executor strand;  // all state
    boost::asio::any_io_executor calls;   // the application's callbacks, in order
    std::shared_ptr<context_gate> gate;
    supervisor_params params;
    logger log;
    std::weak_ptr<void const> alive;  // the application's callbacks are called while it is
    std::shared_ptr<std::function<void(worker_event const&)> const> on_event;
  };

  /// A node may outlive its host, though it does nothing then.
  virtual std::shared_ptr<surroundings const> around() const noexcept = 0;
  virtual status_board& board() noexcept = 0;

  /// The node waits for its turn to start: call its `turn` when it has come, not from inside.
  virtual void wait_turn(worker_node& node) = 0;
  /// Something happened to it. Called when the node's own state is consistent.
  virtual void happened(worker_node& node, worker_event const& event) = 0;
  /// It has done what it had to, and its state may have changed.
  virtual void settled(worker_node& node) = 0;
  /// Its heartbeat is to be checked from now on, or not any more.
  virtual void watch_heartbeat(worker_node& node, bool on) = 0;

 protected:
  ~node_host() = default;
};

}  // namespace reeve
