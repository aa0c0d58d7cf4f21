// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/worker_spans.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace reeve {
namespace {

double in_seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

// Whether it is what somebody wanted, or how a worker ends that has done its work.
bool is_expected(exit_record const& record) {
  switch (record.cause) {
    case exit_cause::stop:
    case exit_cause::restart:
    case exit_cause::group: return true;
    case exit_cause::itself: return record.status.success();
    default: return false;
  }
}

void set_or_unset(environment& env, char const* name, std::string value) {
  if (value.empty())
    env.unset(name);
  else
    env.set(name, std::move(value));
}

}  // namespace

void worker_spans::begin(worker_id const& id, trace_context const& parent) {
  life_.emplace("worker " + id.name, parent);
  start_.emplace("start " + id.name, life_->context());
  for (auto* one : {&*life_, &*start_}) {
    if (!one->is_recording()) continue;
    one->set("reeve.worker.name", id.name);
    one->set("reeve.worker.index", id.index);
    one->set("reeve.worker.generation", id.generation);
  }
}

// All three or none: the state and the baggage of another trace are not to go with this one.
void worker_spans::tell(environment& env) const {
  auto const& context = life_->context();
  if ((!context.valid() && context.baggage.empty()) || env.changes().contains("TRACEPARENT")) return;
  set_or_unset(env, "TRACEPARENT", context.traceparent());
  set_or_unset(env, "TRACESTATE", context.state);
  set_or_unset(env, "BAGGAGE", context.baggage);
}

void worker_spans::happened(worker_event const& event) {
  if (!life_) return;
  switch (event.kind) {
    case event_kind::spawned:
      life_->set("process.pid", event.pid);
      start_->event("spawned");
      break;
    case event_kind::ready:
      start_->ok();
      start_->end();
      life_->event("ready");
      break;
    case event_kind::unhealthy:
      life_->event("unhealthy", {{"reeve.reason", event.reason}});
      life_->error(event.reason, "unhealthy");
      break;
    case event_kind::stopping: life_->event("stopping"); break;
    case event_kind::exited: exited(*event.exit); break;
    default: break;
  }
}

void worker_spans::exited(exit_record const& record) {
  if (life_->is_recording()) {
    life_->set("reeve.exit.cause", to_string(record.cause));
    if (record.status.exited()) life_->set("process.exit.code", record.status.code());
    if (record.status.signaled()) life_->set("reeve.exit.signal", record.status.signal());
    life_->set("reeve.exit.uptime", in_seconds(record.uptime));
    life_->set("reeve.exit.cpu_time", in_seconds(record.user_time + record.system_time));
    if (record.peak_memory) life_->set("reeve.exit.peak_memory", *record.peak_memory);
    if (!record.task.empty()) life_->set("reeve.exit.task", record.task);
    if (!is_expected(record)) {
      auto const what = to_string(record);
      start_->error(what, to_string(record.cause));
      life_->error(what, to_string(record.cause));
    }
  }
  start_->end();
  life_->end();
}

trace_context const* worker_spans::context() const noexcept {
  return life_ && life_->context().valid() ? &life_->context() : nullptr;
}

}  // namespace reeve
