// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/start_turns.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace reeve {

void start_turns::enter(worker_node& node) {
  if (std::exchange(node.waiting_for_turn, true)) return;
  waiting_.push_back(node.weak_from_this());
}

void start_turns::settled(worker_node& node) {
  count(node);
  if (waiting_.empty() || is_full() || std::exchange(posted_, true)) return;
  boost::asio::post(strand_, [this, alive = std::weak_ptr{alive_}] {
    if (!alive.expired()) give();
  });
}

void start_turns::count(worker_node& node) {
  bool const starts = node.fsm().state() == worker_state::starting;
  if (starts == node.counted_as_starting) return;
  node.counted_as_starting = starts;
  starts ? ++starting_ : --starting_;
}

void start_turns::give() {
  posted_ = false;
  while (!waiting_.empty() && !is_full()) {
    auto const node = waiting_.front().lock();
    waiting_.pop_front();
    if (!node) continue;
    node->waiting_for_turn = false;
    node->turn();
  }
}

}  // namespace reeve
