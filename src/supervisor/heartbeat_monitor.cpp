// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/heartbeat_monitor.hpp"

#include <algorithm>
#include <vector>

namespace reeve {

void heartbeat_monitor::watch(worker_node& node, bool on) {
  if (!on) {
    nodes_.erase(&node);
    return;
  }
  nodes_.emplace(&node, node.weak_from_this());
  auto const period = node.heartbeat_period();
  if (armed_ && period >= period_) return;
  period_ = period;
  arm(clock::now() + period);
}

void heartbeat_monitor::stop() {
  nodes_.clear();
  timer_.cancel();
}

void heartbeat_monitor::arm(clock::time_point when) {
  armed_ = true;
  timer_.expires_at(when);
  timer_.async_wait([this, weak = std::weak_ptr{alive_}](error_code ec) {
    if (!ec && !weak.expired()) check();
  });
}

void heartbeat_monitor::check() {
  armed_ = false;
  auto const now = clock::now();
  // A check may end a worker, and its end may change who is watched.
  std::vector<std::weak_ptr<worker_node>> round;
  round.reserve(nodes_.size());
  for (auto const& [key, weak] : nodes_) round.push_back(weak);
  for (auto const& weak : round) {
    auto const node = weak.lock();
    if (node && nodes_.contains(node.get())) node->check_heartbeat(now, 2 * period_);
  }
  auto shortest = clock::duration::max();
  std::erase_if(nodes_, [&](auto const& entry) {
    auto const node = entry.second.lock();
    if (node) shortest = std::min(shortest, node->heartbeat_period());
    return !node;
  });
  if (nodes_.empty() || armed_) return;
  period_ = shortest;
  // On the beat of the clock: a check that came late does not move the later ones, unless it missed some.
  auto const next = timer_.expiry() + period_;
  arm(next > now ? next : now + period_);
}

}  // namespace reeve
