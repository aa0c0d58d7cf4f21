// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/status_board.hpp"

namespace reeve {

std::shared_ptr<status_board::entry> status_board::add(worker_id const& id) {
  auto e = std::make_shared<entry>();
  e->status.worker = id;
  std::lock_guard const lock{mutex_};
  auto& place = entries_[{id.name, id.index}];
  if (place) {
    e->status.worker.generation = place->status.worker.generation;
    e->status.last_exit = place->status.last_exit;
    e->exits = place->exits;
  }
  place = e;
  return e;
}

void status_board::remove(entry const& e) {
  std::lock_guard const lock{mutex_};
  auto const it = entries_.find({e.status.worker.name, e.status.worker.index});
  if (it != entries_.end() && it->second.get() == &e) entries_.erase(it);
}

void status_board::set_group(std::string const& group, std::vector<std::string> names) {
  std::lock_guard const lock{mutex_};
  groups_[group] = std::move(names);
}

void status_board::remove_group(std::string const& group) {
  std::lock_guard const lock{mutex_};
  groups_.erase(group);
}

void status_board::update(entry& e, std::function<void(entry&)> const& change, worker_event const* event) {
  std::lock_guard const lock{mutex_};
  if (change) change(e);
  if (!event) return;
  count(e, *event);
  std::erase_if(streams_, [event](auto const& weak) {
    auto const stream = weak.lock();
    if (stream) stream->push(*event);
    return !stream;
  });
}

void status_board::count(entry const& e, worker_event const& event) {
  switch (event.kind) {
    case event_kind::spawned:
      ++totals_.spawned;
      totals_.spawn_time.add(event.at - e.asked_at);
      if (auto const& before = e.status.last_exit)
        ++totals_.restarts[static_cast<std::size_t>(before->cause)];
      break;
    case event_kind::ready: totals_.ready_time.add(event.at - *e.status.started_at); break;
    case event_kind::unhealthy: ++totals_.unhealthy; break;
    case event_kind::failed: ++totals_.gave_up; break;
    default: break;
  }
}

void status_board::add_exit(entry& e, std::shared_ptr<exit_record const> exit) {
  std::lock_guard const lock{mutex_};
  ++totals_.exits[static_cast<std::size_t>(exit->cause)];
  e.status.last_exit = exit;
  if (exit_history_ == 0) return;
  if (e.exits.size() == exit_history_) e.exits.pop_front();
  e.exits.push_back(std::move(exit));
}

void status_board::close_streams() {
  std::lock_guard const lock{mutex_};
  closed_ = true;
  for (auto const& weak : streams_)
    if (auto const stream = weak.lock()) stream->close();
  streams_.clear();
}

std::vector<worker_status> status_board::status() const {
  std::lock_guard const lock{mutex_};
  return all();
}

std::vector<worker_status> status_board::status(std::string_view name) const {
  std::vector<worker_status> out;
  std::lock_guard const lock{mutex_};
  auto const group = groups_.find(name);
  if (group == groups_.end()) {
    append(std::string{name}, out);
  } else {
    for (auto const& member : group->second) append(member, out);
  }
  return out;
}

std::optional<worker_status> status_board::find(worker_id const& id) const {
  std::lock_guard const lock{mutex_};
  auto const it = entries_.find({id.name, id.index});
  if (it == entries_.end()) return std::nullopt;
  if (id.generation != 0 && it->second->status.worker.generation != id.generation) return std::nullopt;
  return read(*it->second);
}

std::vector<std::shared_ptr<exit_record const>> status_board::exits(worker_id const& id) const {
  std::lock_guard const lock{mutex_};
  auto const it = entries_.find({id.name, id.index});
  if (it == entries_.end()) return {};
  return {it->second->exits.begin(), it->second->exits.end()};
}

std::vector<pid_t> status_board::running_pids() const {
  std::vector<pid_t> out;
  std::lock_guard const lock{mutex_};
  for (auto const& [k, e] : entries_)
    if (e->status.alive()) out.push_back(e->status.pid);
  return out;
}

worker_totals status_board::totals() const {
  std::lock_guard const lock{mutex_};
  return totals_;
}

std::vector<worker_status> status_board::subscribe(std::shared_ptr<detail::event_queue> const& queue) {
  std::lock_guard const lock{mutex_};
  if (closed_) {
    queue->close();
  } else {
    streams_.push_back(queue);
  }
  return all();
}

// The counters are read at this moment: the page is shared memory and needs no message.
worker_status status_board::read(entry const& e) const {
  auto status = e.status;
  if (e.page) {
    status.counters = e.page->read().counters;
    if (found_nonsense_ && e.page->violation()) found_nonsense_(status.worker);
  }
  if (e.output) status.output_dropped += e.output->dropped();
  return status;
}

void status_board::append(std::string const& name, std::vector<worker_status>& out) const {
  for (auto it = entries_.lower_bound({name, 0}); it != entries_.end() && it->first.first == name; ++it)
    out.push_back(read(*it->second));
}

std::vector<worker_status> status_board::all() const {
  std::vector<worker_status> out;
  out.reserve(entries_.size());
  for (auto const& [k, e] : entries_) out.push_back(read(*e));
  return out;
}

}  // namespace reeve
