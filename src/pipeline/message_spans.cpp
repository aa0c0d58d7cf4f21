// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/message_spans.hpp"

#include <utility>

namespace reeve {

// The names are those of OpenTelemetry's conventions for messaging, where it has one.
void message_spans::fetched(task_message const& message) {
  auto const parent = trace_of(message);
  if (!is_tracing() && !parent.valid() && parent.baggage.empty()) return;
  span made{"process " + message.name, parent, span_kind::consumer};
  if (made.is_recording()) {
    made.set("messaging.operation.type", "process");
    made.set("messaging.message.id", message.id);
    made.set("messaging.destination.name", pipeline_);
    made.set("reeve.task.name", message.name);
    made.set("reeve.task.attempt", message.attempt);
  }
  spans_.try_emplace(message.delivery, std::move(made));
}

trace_context const& message_spans::context(std::uint64_t delivery) const noexcept {
  static trace_context const none;
  auto const it = spans_.find(delivery);
  return it == spans_.end() ? none : it->second.context();
}

void message_spans::stage(std::uint64_t delivery, char const* name) {
  if (auto const it = spans_.find(delivery); it != spans_.end()) it->second.event(name);
}

void message_spans::published(task_outcome const& outcome) {
  auto const it = spans_.find(outcome.delivery);
  if (it == spans_.end()) return;
  auto& ended = it->second;
  if (ended.is_recording()) {
    ended.set("reeve.task.verdict", to_string(outcome.what));
    if (!outcome.worker.name.empty()) ended.set("reeve.worker", to_string(outcome.worker));
    if (outcome.what == verdict::complete)
      ended.ok();
    else if (outcome.what != verdict::hand_back)
      ended.error(outcome.reason, to_string(outcome.what));
  }
  spans_.erase(it);
}

}  // namespace reeve
