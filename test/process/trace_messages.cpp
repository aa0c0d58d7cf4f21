// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The trace that a message names goes with its task to the worker, and with its outcome.

#include "pipeline_test.hpp"
#include "span_recorder.hpp"

BOOST_AUTO_TEST_SUITE(trace_messages)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

json_task_fn<std::string()> const json_tell_trace{
    "json_tell_trace", [] { return this_task::trace().traceparent() + '|' + this_task::trace().baggage; }};

trace_context message_trace() {
  auto trace = new_trace(true);
  trace.baggage = "tenant=acme";
  return trace;
}

task_outcome outcome_in(pipeline_rig& rig, trace_context const& trace, std::string name,
                        std::size_t attempt = 1) {
  auto const delivery = rig.source->add(std::move(name), "[]", attempt);
  set_trace(rig.source->ready.back(), trace);
  return rig.outcome_of(delivery);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_takes_its_trace_along) {
  pipeline_rig rig;
  rig.run();
  auto const trace = message_trace();
  auto const outcome = outcome_in(rig, trace, "json_tell_trace");
  BOOST_TEST(outcome.result == '"' + trace.traceparent() + "|tenant=acme\"");
  BOOST_TEST((outcome.trace == trace));
  auto const none = rig.outcome_of("json_tell_trace", "[]");
  BOOST_TEST(none.result == "\"|\"");
  BOOST_TEST(!none.trace.valid());
}

BOOST_AUTO_TEST_CASE(a_message_is_a_span_above_its_task) {
  span_recorder const spans;
  pipeline_rig rig;
  rig.run();
  auto const trace = message_trace();
  auto const outcome = outcome_in(rig, trace, "json_tell_trace");
  BOOST_TEST(!rig.drain());
  auto const made = spans.named("process json_tell_trace");
  BOOST_REQUIRE(made.size() == 1u);
  auto const& message = made.front();
  BOOST_TEST(hex_of(message.parent) == trace.span_id_text());
  BOOST_TEST((message.kind == span_kind::consumer));
  BOOST_TEST((message.status == span_status::ok));
  BOOST_TEST(text_attribute(message, "messaging.message.id") == outcome.id);
  BOOST_TEST(text_attribute(message, "reeve.task.verdict") == "complete");
  BOOST_TEST(has_event(message, "running"));
  BOOST_TEST((outcome.trace == message.context));
  auto const tasks = spans.named("task json_tell_trace");
  BOOST_REQUIRE(tasks.size() == 1u);
  BOOST_TEST(hex_of(tasks.front().parent) == message.context.span_id_text());
}

BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_run_is_a_span_with_an_error) {
  span_recorder const spans;
  pipeline_rig rig;
  rig.run();
  auto const trace = message_trace();
  auto const unknown = outcome_in(rig, trace, "no_such_task");
  auto const spent = outcome_in(rig, trace, "json_tell_trace", 100);
  BOOST_TEST((unknown.what == verdict::dead_letter));
  BOOST_TEST((spent.what == verdict::dead_letter));
  BOOST_TEST(!rig.drain());
  for (auto const* name : {"process no_such_task", "process json_tell_trace"}) {
    auto const made = spans.named(name);
    BOOST_REQUIRE(made.size() == 1u);
    BOOST_TEST((made.front().status == span_status::error));
    BOOST_TEST(text_attribute(made.front(), "error.type") == "dead_letter");
  }
  BOOST_TEST((spent.trace.trace_id == trace.trace_id));
}

BOOST_AUTO_TEST_CASE(a_malformed_trace_costs_a_message_nothing) {
  pipeline_rig rig;
  rig.run();
  auto const delivery = rig.source->add("json_tell_trace", "[]");
  rig.source->ready.back().headers = {{"traceparent", "00-nonsense"}, {"tracestate", "a=1"}};
  BOOST_TEST(rig.outcome_of(delivery).result == "\"|\"");
}

BOOST_AUTO_TEST_CASE(the_time_from_fetch_to_publication_is_counted) {
  pipeline_rig rig;
  rig.run();
  for (int i = 0; i < 5; ++i) rig.outcome_of("json_square", "[3]");
  rig.until([&] { return rig.line->status().latency.total() == 5u; });
  BOOST_TEST((rig.line->status().latency.sum > 0ns));
  BOOST_TEST(rig.line->status().name == "pipeline");
}

BOOST_AUTO_TEST_SUITE_END()
