// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/publish_plan.hpp"

#include "nats/nats_wire.hpp"

#include <utility>

namespace reeve::detail {
namespace {

// The subject of what has no name, or none that a subject can have.
std::string subject_for(std::string const& prefix, std::string const& name) {
  return prefix + (is_task_name(name) ? name : "_");
}

}  // namespace

publish_plan::publish_plan(std::span<task_outcome const> outcomes, nats_names const& names, bool keep_results,
                           std::string_view node) {
  items_.reserve(outcomes.size());
  for (auto const& outcome : outcomes) {
    auto& i = items_.emplace_back();
    i.delivery = outcome.delivery;
    i.delay = outcome.delay;
    i.attempt = outcome.attempt;
    switch (outcome.what) {
      case verdict::complete:
        if (keep_results) add_result(i, outcome, names, node);
        break;
      case verdict::failed: add_result(i, outcome, names, node); break;
      case verdict::dead_letter: add_dead_letter(i, outcome, names); break;
      case verdict::retry: i.what = step::deliver_again; break;
      case verdict::hand_back:
        i.what = step::deliver_again;
        i.delay = {};
        break;
    }
  }
}

std::size_t publish_plan::add(std::string_view text) {
  auto const offset = text_.size();
  text_ += text;
  text_ += '\0';
  return offset;
}

void publish_plan::add_result(item& i, task_outcome const& outcome, nats_names const& names,
                              std::string_view node) {
  i.what = step::publish;
  i.subject = add(subject_for(names.result_prefix, outcome.name));
  i.message_id = i.task_id = add(header_text(outcome.id));
  i.traceparent = add(outcome.trace.traceparent());
  i.tracestate = add(outcome.trace.state);
  i.baggage = add(outcome.trace.baggage);
  i.body = text_.size();
  append_result(text_, outcome, node);
  i.body_size = text_.size() - i.body;
}

void publish_plan::add_dead_letter(item& i, task_outcome const& outcome, nats_names const& names) {
  i.what = step::bury;
  i.subject = add(subject_for(names.dead_prefix, outcome.name));
  i.task_id = add(header_text(outcome.id));
  i.message_id = add("dead:" + header_text(outcome.id));
  i.reason = add(header_text(outcome.reason));
}

}  // namespace reeve::detail
