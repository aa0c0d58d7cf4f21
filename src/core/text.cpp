// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/exit_record.hpp"
#include "reeve/worker_event.hpp"
#include "reeve/worker_id.hpp"
#include "reeve/worker_status.hpp"

#include <cstdio>
#include <ostream>
#include <string>

namespace reeve {
namespace {

std::string seconds(std::chrono::steady_clock::duration d) {
  auto const count = std::chrono::duration<double>(d).count();
  char text[48];
  std::snprintf(text, sizeof text, count < 999.5 ? "%.3g s" : "%.0f s", count);
  return text;
}

}  // namespace

std::string to_string(worker_id const& id) {
  return id.name + '/' + std::to_string(id.index) + '#' + std::to_string(id.generation);
}

std::ostream& operator<<(std::ostream& out, worker_id const& id) { return out << to_string(id); }

char const* to_string(exit_cause cause) noexcept {
  switch (cause) {
    case exit_cause::itself: return "itself";
    case exit_cause::spawn_failed: return "spawn_failed";
    case exit_cause::stop: return "stop";
    case exit_cause::restart: return "restart";
    case exit_cause::group: return "group";
    case exit_cause::start_timeout: return "start_timeout";
    case exit_cause::heartbeat: return "heartbeat";
    case exit_cause::health_check: return "health_check";
    case exit_cause::protocol_violation: return "protocol_violation";
    case exit_cause::out_of_memory: return "out_of_memory";
    case exit_cause::limit: return "limit";
  }
  return "unknown";
}

char const* to_string(worker_state state) noexcept {
  switch (state) {
    case worker_state::pending: return "pending";
    case worker_state::starting: return "starting";
    case worker_state::running: return "running";
    case worker_state::stopping: return "stopping";
    case worker_state::stopped: return "stopped";
    case worker_state::backoff: return "backoff";
    case worker_state::finished: return "finished";
    case worker_state::failed: return "failed";
  }
  return "unknown";
}

char const* to_string(event_kind kind) noexcept {
  switch (kind) {
    case event_kind::added: return "added";
    case event_kind::spawned: return "spawned";
    case event_kind::ready: return "ready";
    case event_kind::unhealthy: return "unhealthy";
    case event_kind::stopping: return "stopping";
    case event_kind::exited: return "exited";
    case event_kind::backoff: return "backoff";
    case event_kind::stopped: return "stopped";
    case event_kind::finished: return "finished";
    case event_kind::failed: return "failed";
    case event_kind::removed: return "removed";
  }
  return "unknown";
}

std::string to_string(exit_record const& record) {
  auto text = to_string(record.worker);
  if (record.pid != 0) text += " (pid " + std::to_string(record.pid) + ')';
  text += ": ";
  if (record.cause == exit_cause::spawn_failed) {
    text += "could not be started: " + record.reason;
    return text;
  }
  text += to_string(record.status) + ", " + to_string(record.cause);
  if (!record.reason.empty()) text += " (" + record.reason + ')';
  text += ", after " + seconds(record.uptime);
  if (!record.task.empty()) text += ", while it ran " + record.task;
  return text;
}

std::ostream& operator<<(std::ostream& out, exit_record const& record) { return out << to_string(record); }

std::string to_string(worker_event const& event) {
  if (event.exit) return to_string(*event.exit);
  auto text = to_string(event.worker) + ' ' + to_string(event.kind);
  if (event.kind == event_kind::backoff && event.reason.empty())
    text += ": restart in " + seconds(event.delay);
  if (!event.reason.empty()) text += ": " + event.reason;
  if (event.pid != 0) text += " (pid " + std::to_string(event.pid) + ')';
  return text;
}

std::ostream& operator<<(std::ostream& out, worker_event const& event) { return out << to_string(event); }

}  // namespace reeve
