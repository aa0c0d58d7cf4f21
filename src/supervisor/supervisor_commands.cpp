// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/supervisor_impl.hpp"
#include "supervisor/validate.hpp"

#include <algorithm>

// The commands of a supervisor. Each changes what is desired and hands its operation to whoever notices that
// it has come true.

namespace reeve::detail {

namespace {

diagnostics because(std::string message) { return {.message = std::move(message), .field = {}, .exit = {}}; }

bool refused(supervisor_impl::operation_ptr const& op, std::optional<field_error> const& wrong) {
  if (!wrong) return false;
  op->complete(error::invalid_argument,
               {.message = wrong->field + ' ' + wrong->message, .field = wrong->field, .exit = {}});
  return true;
}

bool at_rest(auto const& nodes) {
  return std::ranges::all_of(nodes, [](auto const& node) { return node->fsm().at_rest(); });
}

}  // namespace

void supervisor_impl::start(worker_spec spec, operation_ptr const& op) {
  if (refused(op, validate(spec))) return;
  if (groups_.contains(spec.name))
    return op->complete(error::already_started, because("a group has this name"));
  if (auto const it = squads_.find(spec.name); it != squads_.end()) {
    if (it->second.group)
      return op->complete(error::already_started,
                          because("it is part of the group " + it->second.group->name()));
    if (!at_rest(it->second.instances))
      return op->complete(error::already_started, because('"' + spec.name + "\" is in use: stop it first"));
  }
  start_and_wait(add_squad(std::move(spec), nullptr).instances, op, nullptr);
}

void supervisor_impl::start_group(group_spec spec, operation_ptr const& op) {
  if (refused(op, validate(spec))) return;
  if (squads_.contains(spec.name))
    return op->complete(error::already_started, because("a worker has this name"));
  auto const old = groups_.find(spec.name);
  bool const in_use = old != groups_.end() && (old->second->moving() || leaving_.contains(spec.name) ||
                                               !at_rest(of_group(*old->second)));
  if (in_use)
    return op->complete(error::already_started, because('"' + spec.name + "\" is in use: stop it first"));
  for (auto const& worker : spec.workers) {
    auto const it = squads_.find(worker.name);
    bool const ours = it != squads_.end() && old != groups_.end() && it->second.group == old->second;
    if (groups_.contains(worker.name) || (it != squads_.end() && !ours))
      return op->complete(error::already_started, because("the name \"" + worker.name + "\" is in use"));
  }
  auto const group = std::make_shared<worker_group>(
      around_->strand, spec,
      [this](std::string const& name) -> nodes const& { return squads_.at(name).instances; });
  if (old != groups_.end())
    for (auto const& name : old->second->members())
      if (std::ranges::find(group->members(), name) == group->members().end()) forget(name);
  groups_[spec.name] = group;
  board_.set_group(spec.name, group->members());
  for (auto& worker : spec.workers) add_squad(std::move(worker), group);
  start_and_wait(of_group(*group), op, group);
}

void supervisor_impl::start_and_wait(nodes const& workers, operation_ptr const& op,
                                     std::shared_ptr<worker_group> const& group) {
  auto const watch = when_ready(op);
  for (auto const& node : workers) watch->expect(*node);
  op->on_cancel = [weak = std::vector<std::weak_ptr<worker_node>>{workers.begin(), workers.end()}, group] {
    if (group) return group->stop(true);
    for (auto const& w : weak)
      if (auto const node = w.lock()) node->stop(true);
  };
  if (group) {
    watch->leave_stops_to_the_group();
    group->start();
    group->tell_when_down(watch);
  } else {
    for (auto const& node : workers) node->start();
  }
  watch->begin();
}

void supervisor_impl::stop(worker_selector const& which, stop_options options, operation_ptr const& op) {
  auto const chosen = select(which);
  if (chosen.error) return op->complete(chosen.error, because(chosen.message));
  auto const watch = when_at_rest(op);
  if (chosen.group) {
    chosen.group->stop(options.graceful);
    chosen.group->when_down(watch->expect_one());
  } else {
    for (auto const& node : chosen.workers) {
      if (auto const group = group_of(*node)) group->stopped_alone(node);
      node->stop(options.graceful);
    }
    for (auto const& node : chosen.workers) watch->expect(*node);
  }
  watch->begin();
}

void supervisor_impl::stop_all(stop_options options, operation_ptr const& op) {
  nodes alone{retiring_.begin(), retiring_.end()};
  for (auto const& [name, s] : squads_)
    if (!s.group) alone.insert(alone.end(), s.instances.begin(), s.instances.end());
  auto const watch = when_at_rest(op);
  for (auto const& [name, group] : groups_) {
    group->stop(options.graceful);
    group->when_down(watch->expect_one());
  }
  for (auto const& node : alone) node->stop(options.graceful);
  for (auto const& node : alone) watch->expect(*node);
  watch->begin();
}

void supervisor_impl::restart(worker_selector const& which, restart_options const& options,
                              operation_ptr const& op) {
  if (refused(op, validate(options))) return;
  auto chosen = select(which);
  if (chosen.error) return op->complete(chosen.error, because(chosen.message));
  if (!chosen.group) return roll(std::move(chosen.workers), options, op);
  auto const watch = when_ready(op);
  for (auto const& node : chosen.workers) watch->expect(*node);
  watch->leave_stops_to_the_group();
  chosen.group->restart(options);
  chosen.group->tell_when_down(watch);
  watch->begin();
}

// One after the other; the first that does not come back ends it.
void supervisor_impl::roll(nodes todo, restart_options const& options, operation_ptr const& op) {
  if (op->done()) return;
  std::erase_if(todo, [this](auto const& node) { return !lists(*node); });  // scaled away meanwhile
  if (todo.empty()) return op->complete({});
  auto const node = todo.front();
  todo.erase(todo.begin());
  auto const watch = std::make_shared<ready_watch>(
      [this, todo = std::move(todo), options, weak = std::weak_ptr{op}](error_code ec, diagnostics why) {
        auto const o = weak.lock();
        if (!o) return;
        if (ec) return o->complete(ec, std::move(why));
        roll(todo, options, o);
      });
  watch->expect(*node);
  if (auto const group = group_of(*node)) group->started_alone(node);
  node->restart(options);
}

void supervisor_impl::scale(std::string const& name, std::size_t count, operation_ptr const& op) {
  auto const it = squads_.find(name);
  if (it == squads_.end() || is_leaving(it->second))
    return op->complete(error::not_found, because("no worker is named \"" + name + '"'));
  if (count > 100'000)
    return op->complete(error::invalid_argument,
                        {.message = "count must be at most 100,000", .field = "count", .exit = {}});
  auto& s = it->second;
  if (count >= s.instances.size()) {
    auto const watch = when_ready(op);
    auto const first = s.instances.size();
    grow(s, count);
    nodes const added{s.instances.begin() + static_cast<std::ptrdiff_t>(first), s.instances.end()};
    for (auto const& node : added) watch->expect(*node);
    for (auto const& node : added) node->start();
    if (s.group) s.group->instances_changed(name);
    return watch->begin();
  }
  nodes const surplus{s.instances.begin() + static_cast<std::ptrdiff_t>(count), s.instances.end()};
  s.instances.resize(count);
  retire(surplus, op);
  if (s.group) s.group->instances_changed(name);
}

void supervisor_impl::remove(std::string const& name, operation_ptr const& op) {
  if (auto const it = groups_.find(name); it != groups_.end()) {
    leaving_.insert(name);
    it->second->stop(true);
    auto forget = [self = weak_from_this(), group = std::weak_ptr{it->second}, weak = std::weak_ptr{op}] {
      if (auto const impl = self.lock()) impl->forget_group(group.lock(), weak.lock());
    };
    return it->second->when_down(std::move(forget));
  }
  auto const it = squads_.find(name);
  if (it == squads_.end())
    return op->complete(error::not_found, because("no worker or group is named \"" + name + '"'));
  if (it->second.group)
    return op->complete(error::invalid_argument,
                        {.message = "name is part of a group: remove the group " + it->second.group->name(),
                         .field = "name",
                         .exit = {}});
  auto const surplus = it->second.instances;
  squads_.erase(it);
  retire(surplus, op);
}

// They are stopped, and kept alive by the watch until they are down and off the board.
void supervisor_impl::retire(nodes const& surplus, operation_ptr const& op) {
  retiring_.insert(surplus.begin(), surplus.end());
  auto const watch = std::make_shared<rest_watch>([this, surplus, weak = std::weak_ptr{op}] {
    for (auto const& node : surplus) {
      node->remove();
      retiring_.erase(node);
    }
    if (auto const o = weak.lock()) o->complete({});
  });
  for (auto const& node : surplus) node->stop(true);
  for (auto const& node : surplus) watch->expect(*node);
  watch->begin();
}

// A member may run: it was started by a command of its own after the group had passed it.
void supervisor_impl::forget_group(std::shared_ptr<worker_group> const& group, operation_ptr const& op) {
  nodes members;
  // Another removal may have been first, and another group may have the name.
  auto const it = group ? groups_.find(group->name()) : groups_.end();
  if (it != groups_.end() && it->second == group) {
    members = of_group(*group);
    for (auto const& member : group->members()) squads_.erase(member);
    board_.remove_group(group->name());
    leaving_.erase(group->name());
    groups_.erase(it);
  }
  retire(members, op);
}

void supervisor_impl::send_signal(worker_selector const& which, int number, operation_ptr const& op) {
  auto const chosen = select(which);
  if (chosen.error) return op->complete(chosen.error, because(chosen.message));
  error_code first = error::not_found;
  bool sent = false;
  for (auto const& node : chosen.workers) {
    if (!node->fsm().has_process()) continue;
    auto const ec = node->signal(number);
    if (!sent || (ec && !first)) first = ec;
    sent = true;
  }
  op->complete(first, first ? because(first.message()) : diagnostics{});
}

}  // namespace reeve::detail
