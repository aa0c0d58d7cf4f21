// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/child.hpp"
#include "supervisor/incarnation.hpp"
#include "supervisor/worker_node.hpp"

#include <string>
#include <vector>
#include <unistd.h>

// How a node tells what happens to it: to the board, to the log, and to whoever waits for it.

namespace reeve {

namespace {

log_level level_of(worker_event const& event) {
  switch (event.kind) {
    case event_kind::failed: return log_level::error;
    case event_kind::unhealthy: return log_level::warning;
    case event_kind::exited: {
      auto const& exit = *event.exit;
      bool const expected = exit.cause == exit_cause::stop || exit.cause == exit_cause::restart ||
                            exit.cause == exit_cause::group || exit.status.success();
      return expected ? log_level::info : log_level::warning;
    }
    case event_kind::added:
    case event_kind::spawned:
    case event_kind::removed: return log_level::debug;
    default: return log_level::info;
  }
}

}  // namespace

void worker_node::report(worker_action const& action) {
  worker_event event{.kind = action.event,
                     .worker = id(),
                     .state = action.state,
                     .pid = now_ ? now_->process->pid() : 0,
                     .at = clock::now()};
  switch (action.event) {
    case event_kind::exited: event.exit = last_exit_; break;
    case event_kind::unhealthy:
      event.reason = why_.message() + (reason_.empty() ? "" : ": " + reason_);
      break;
    case event_kind::backoff:
      if (fsm_.deadline()) event.delay = *fsm_.deadline() - event.at;
      if (fsm_.waits_for_group()) event.reason = "waits for its group";
      break;
    case event_kind::failed:
      event.reason =
          fsm_.budget_spent() ? make_error_code(error::restart_limit).message() : last_exit_->reason;
      break;
    case event_kind::ready:
      was_ready_ = true;
      if (now_->health && around_->params.monitoring) now_->health->watch_health();
      break;
    case event_kind::stopping:
      host_.watch_heartbeat(*this, false);
      if (now_) now_->health.reset();
      break;
    default: break;
  }
  publish(&event);
  spans_.happened(event);
  if (auto const level = level_of(event); around_->log.enabled(level))
    around_->log.write(level, event.worker, event.exit ? event.exit->pid : event.pid, to_string(event),
                       spans_.context());
  host_.happened(*this, event);
  // A watcher may add watchers, and make something happen that all of them are to hear.
  for (auto const& watcher : std::vector{watchers_})
    if (!watcher->hear(*this, event)) std::erase(watchers_, watcher);
}

void worker_node::publish(worker_event const* event) {
  host_.board().update(
      *entry_,
      [this](status_board::entry& e) {
        auto& status = e.status;
        bool const alive = now_ && fsm_.has_process();
        status.worker.generation = fsm_.generation();
        status.state = fsm_.state();
        status.pid = alive ? now_->process->pid() : 0;
        status.restarts = fsm_.generation() == 0 ? 0 : fsm_.generation() - 1;
        status.started_at.reset();
        if (alive) status.started_at = now_->started_at;
        status.next_restart.reset();
        if (fsm_.state() == worker_state::backoff) status.next_restart = fsm_.deadline();
        if (!alive) status.last_heartbeat.reset();
      },
      event);
}

void worker_node::publish_heartbeat() {
  host_.board().update(*entry_, [this](auto& e) { e.status.last_heartbeat = heartbeat_->seen_at(); });
}

worker_view worker_node::view() const {
  worker_view view{
      .worker = id(), .pid = now_->process->pid(), .started_at = now_->started_at, .counters = {}};
  if (now_->page) view.counters = now_->page->read().counters;
  return view;
}

// Unique to this incarnation among all supervisors of this process.
std::string worker_node::marker() const {
  if (!around_->params.subreaper) return {};
  return std::to_string(::getpid()) + '.' + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + '.' +
         std::to_string(fsm_.generation());
}

}  // namespace reeve
