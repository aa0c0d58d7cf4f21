// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/start_turns.hpp"

namespace reeve {

void start_turns::enter(worker_node& node) {
  if (std::exchange(node.waiting_for_turn, true)) return;
  waiting_.push_back(node.weak_from_this());
}

void start_turns::settled(worker_node& node) {
  count(node);
  if (!giving_) give();
}

void start_turns::count(worker_node& node) {
  bool const starts = node.fsm().state() == worker_state::starting;
  if (starts == node.counted_as_starting) return;
  node.counted_as_starting = starts;
  starts ? ++starting_ : --starting_;
}

// A turn makes its node settle, which comes back here: one loop gives all turns.
void start_turns::give() {
  giving_ = true;
  while (!waiting_.empty() && (most_ == 0 || starting_ < most_)) {
    auto const node = waiting_.front().lock();
    waiting_.pop_front();
    if (!node) continue;
    node->waiting_for_turn = false;
    node->turn();
  }
  giving_ = false;
}

}  // namespace reeve
