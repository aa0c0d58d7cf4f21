// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/worker_group.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace reeve {

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

void worker_group::start() {
  tell_stops();
  apply(fsm_.start(clock::now()));
}

void worker_group::stop(bool graceful) { apply(fsm_.stop(graceful)); }

void worker_group::restart(restart_options const& options) {
  kept_down_.clear();
  restart_reason_ = options.reason;
  tell_stops();
  apply(fsm_.restart(options.graceful, options.cause));
}

void worker_group::when_down(std::function<void()> f) {
  stops_.push_back(std::move(f));
  if (down()) tell_stops();
}

void worker_group::tell_stops() {
  for (auto& f : std::exchange(stops_, {})) boost::asio::post(timer_.get_executor(), std::move(f));
}

// It acts on the event that says what became of a worker, not on `exited` before it: whoever waits for the
// worker hears of the exit first. Only one that a command has told to start again has no such event.
void worker_group::happened(worker_node& node, worker_event const& event) {
  auto const member = member_of(node.spec().name);
  if (member == members_.size()) return;
  auto const keep = shared_from_this();
  if (down()) {  // it was started alone, and nobody will start it again
    if (event.kind == event_kind::backoff) node.give_up();
    return;
  }
  switch (event.kind) {
    case event_kind::exited:
      if (node.fsm().state() != worker_state::pending) return;
      break;
    case event_kind::backoff: apply(fsm_.member_ended(member, clock::now())); break;
    case event_kind::finished:
      if (fsm_.starting_member() == member && !node.was_ready()) apply(fsm_.member_failed(member));
      break;
    case event_kind::failed: apply(fsm_.member_failed(member)); break;
    default: break;
  }
  look_at(member);
}

void worker_group::instances_changed(std::string const& name) {
  auto const keep = shared_from_this();
  if (auto const member = member_of(name); member < members_.size()) look_at(member);
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
  if (!down()) return;
  give_up_those_that_wait();
  tell_watches(fsm_.failing() ? error::restart_limit : error::stopped, "the group " + name_ + " went down");
  tell_stops();
}

void worker_group::tell_watches(error why, std::string const& message) {
  for (auto const& weak : std::exchange(watches_, {}))
    if (auto const watch = weak.lock()) watch->fail(why, {.message = message, .field = {}, .exit = {}});
}

// They were started alone after the group had passed them on its way down.
void worker_group::give_up_those_that_wait() {
  for (auto const& member : members_)
    for (auto const& node : nodes{find_(member)}) node->give_up();
}

void worker_group::start_member(std::size_t member) {
  for (auto const& node : nodes{find_(members_[member])}) {
    if (node->fsm().state() == worker_state::running) continue;
    node->forget_ready();
    if (!kept_down_.contains(node)) node->start();
  }
}

void worker_group::stop_member(std::size_t member) {
  stopping_member_ = true;
  bool const by_restart = fsm_.cause() == exit_cause::restart || fsm_.cause() == exit_cause::limit;
  for (auto const& node : nodes{find_(members_[member])}) {
    if (!node->fsm().waits_for_group() || fsm_.commanded())
      node->stop(fsm_.graceful(), fsm_.cause(), by_restart ? restart_reason_ : std::string{});
    else if (fsm_.failing())
      node->give_up();
  }
  stopping_member_ = false;
}

// The machine's questions about a member are answered from what its nodes are now, however they came there.
void worker_group::look_at(std::size_t member) {
  if (fsm_.starting_member() == member) return look_whether_ready(member);
  if (fsm_.current() == group_fsm::phase::stopping && !stopping_member_) look_whether_down(member);
}

void worker_group::look_whether_ready(std::size_t member) {
  bool one_is_kept_down = false;
  for (auto const& node : find_(members_[member])) {
    if (node->was_ready()) continue;
    if (!node->fsm().at_rest() || !kept_down_.contains(node)) return;
    one_is_kept_down = true;
  }
  if (one_is_kept_down) tell_watches(error::stopped, "a command stopped a worker of the group " + name_);
  apply(fsm_.member_ready(member, clock::now()));
}

// All were told to stop. What is up all the same was started again by a command since, and stays up.
void worker_group::look_whether_down(std::size_t member) {
  bool const down = std::ranges::none_of(find_(members_[member]), [](auto const& node) {
    return node->fsm().state() == worker_state::stopping;
  });
  if (down) apply(fsm_.member_down(member, clock::now()));
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

std::size_t worker_group::member_of(std::string const& name) const {
  auto const it = std::ranges::find(members_, name);
  return static_cast<std::size_t>(it - members_.begin());
}

}  // namespace reeve
