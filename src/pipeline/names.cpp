// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/pipeline_params.hpp"
#include "reeve/pipeline_status.hpp"
#include "reeve/task_outcome.hpp"
#include "reeve/task_source.hpp"

namespace reeve {

char const* to_string(verdict v) noexcept {
  switch (v) {
    case verdict::complete: return "complete";
    case verdict::failed: return "failed";
    case verdict::retry: return "retry";
    case verdict::dead_letter: return "dead_letter";
    case verdict::hand_back: return "hand_back";
  }
  return "unknown";
}

char const* to_string(pipeline_state state) noexcept {
  switch (state) {
    case pipeline_state::idle: return "idle";
    case pipeline_state::running: return "running";
    case pipeline_state::draining: return "draining";
    case pipeline_state::stopped: return "stopped";
  }
  return "unknown";
}

char const* to_string(pipeline_event_kind kind) noexcept {
  switch (kind) {
    case pipeline_event_kind::source_down: return "source_down";
    case pipeline_event_kind::source_up: return "source_up";
    case pipeline_event_kind::outcome: return "outcome";
    case pipeline_event_kind::draining: return "draining";
    case pipeline_event_kind::stopped: return "stopped";
  }
  return "unknown";
}

task_source::~task_source() = default;

boost::asio::awaitable<void> task_source::announce(node_info /*node*/) { co_return; }

}  // namespace reeve
