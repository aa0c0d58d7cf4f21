// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/worker_group.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace reeve {

using clock = std::chrono::steady_clock;

worker_group::worker_group(boost::asio::any_io_executor const& strand, group_spec const& spec,
                           members_of members)
    : name_{spec.name},
      strategy_{spec.strategy},
      policy_{spec.restart},
      find_{std::move(members)},
      fsm_{spec.strategy, spec.workers.size(), policy_, std::random_device{}()},
      timer_{strand} {
  for (auto const& worker : spec.workers) members_.push_back(worker.name);
}

void worker_group::start() { apply(fsm_.start(clock::now())); }

void worker_group::stop(bool graceful) { apply(fsm_.stop(graceful)); }

void worker_group::restart() { apply(fsm_.restart()); }

void worker_group::happened(worker_node& node, worker_event const& event) {
  auto const member = member_of(node);
  if (member == members_.size()) return;
  auto const keep = shared_from_this();
  if (event.kind == event_kind::backoff && node.fsm().waits_for_group())
    apply(fsm_.member_ended(member, clock::now()));
  if (down() && node.fsm().waits_for_group()) node.give_up();  // started alone, while its group is down
  bool const down_for_good = event.kind == event_kind::failed ||
                             (node.fsm().at_rest() && !node.was_ready() && fsm_.starting_member() == member);
  if (down_for_good) apply(fsm_.member_failed(member));
  look_at(member);
}

void worker_group::apply(group_fsm::actions const& actions) {
  arm_timer();
  for (auto const& action : actions) {
    if (action.what == group_action::kind::start)
      start_member(action.member);
    else
      stop_member(action.member);
    look_at(action.member);
  }
  if (down()) tell_watches();
}

void worker_group::tell_watches() {
  auto const why = fsm_.failing() ? error::restart_limit : error::stopped;
  for (auto const& weak : std::exchange(watches_, {}))
    if (auto const watch = weak.lock())
      watch->fail(why, {.message = "the group " + name_ + " went down", .field = {}, .exit = {}});
}

void worker_group::start_member(std::size_t member) {
  for (auto const& node : nodes{find_(members_[member])}) {
    if (node->fsm().state() == worker_state::running) continue;
    node->forget_ready();
    node->start();
  }
}

void worker_group::stop_member(std::size_t member) {
  for (auto const& node : nodes{find_(members_[member])}) {
    if (!node->fsm().waits_for_group() || fsm_.commanded())
      node->stop(fsm_.graceful(), fsm_.cause());
    else if (fsm_.failing())
      node->give_up();
  }
}

// The machine's questions about a member are answered from what its nodes are now, however they came there.
void worker_group::look_at(std::size_t member) {
  auto const& all = find_(members_[member]);
  bool const down = std::ranges::all_of(
      all, [](auto const& node) { return node->fsm().at_rest() || node->fsm().waits_for_group(); });
  bool const ready = std::ranges::all_of(all, [](auto const& node) { return node->was_ready(); });
  if (fsm_.starting_member() == member && ready) return apply(fsm_.member_ready(member, clock::now()));
  if (fsm_.current() == group_fsm::phase::stopping && down) apply(fsm_.member_down(member, clock::now()));
}

void worker_group::arm_timer() {
  auto const deadline = fsm_.deadline();
  if (!deadline) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*deadline);
  timer_.async_wait([weak = weak_from_this()](error_code ec) {
    auto const self = weak.lock();
    if (self && !ec) self->apply(self->fsm_.timer(clock::now()));
  });
}

std::size_t worker_group::member_of(worker_node const& node) const {
  auto const it = std::ranges::find(members_, node.spec().name);
  return static_cast<std::size_t>(it - members_.begin());
}

}  // namespace reeve
