// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Each incarnation of a worker is a span, and is told of it; and what happens to workers is counted.

#include "reeve/worker.hpp"
#include "span_recorder.hpp"
#include "supervisor_test.hpp"

#include <csignal>
#include <cstdlib>

BOOST_AUTO_TEST_SUITE(trace_workers)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

// A worker that prints where it belongs.
worker_spec trace_teller(std::string name, std::shared_ptr<std::vector<std::string>> lines) {
  worker_spec spec;
  spec.name = std::move(name);
  spec.command = {"/bin/sh", "-c", "echo \"${TRACEPARENT-none}|${TRACESTATE-none}|${BAGGAGE-none}\""};
  spec.restart.mode = restart_mode::never;
  spec.stdio.out = stdio_target::pipe();
  spec.output.on_line = [lines = std::move(lines)](output_line const& line) { lines->push_back(line.text); };
  return spec;
}

class variable_set {
 public:
  variable_set(char const* name, char const* value) : name_{name} { ::setenv(name, value, 1); }
  variable_set(variable_set const&) = delete;
  variable_set& operator=(variable_set const&) = delete;
  ~variable_set() { ::unsetenv(name_); }

 private:
  char const* name_;
};

trace_context full_trace() {
  auto trace = new_trace(true);
  trace.state = "vendor=1";
  trace.baggage = "tenant=acme";
  return trace;
}

int tell_trace_of_worker(worker& self) {
  std::printf("%s|%s|%s\n", self.trace().traceparent().c_str(), self.trace().state.c_str(),
              self.trace().baggage.c_str());
  std::fflush(stdout);
  self.ready();
  return 0;
}
REEVE_FUNCTION_WORKER("trace_teller", tell_trace_of_worker);

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_is_told_the_trace_of_its_spec) {
  supervisor_fixture f;
  auto const lines = std::make_shared<std::vector<std::string>>();
  auto spec = trace_teller("w", lines);
  spec.trace = full_trace();
  f.start(spec);
  f.until([&] { return !lines->empty(); });
  BOOST_TEST(lines->front() == spec.trace.traceparent() + "|vendor=1|tenant=acme");
}

BOOST_AUTO_TEST_CASE(our_runtime_gives_it_to_the_worker) {
  supervisor_fixture f;
  auto const lines = std::make_shared<std::vector<std::string>>();
  auto spec = trace_teller("w", lines);
  spec.command = in_this_program("trace_teller");
  spec.trace = full_trace();
  f.start(spec);
  f.until([&] { return !lines->empty(); });
  BOOST_TEST(lines->front() == spec.trace.traceparent() + "|vendor=1|tenant=acme");
}

BOOST_AUTO_TEST_CASE(without_a_trace_the_environment_is_as_it_was) {
  variable_set const parent{"TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
  supervisor_fixture f;
  auto const lines = std::make_shared<std::vector<std::string>>();
  f.start(trace_teller("w", lines));
  f.until([&] { return !lines->empty(); });
  BOOST_TEST(lines->front() == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01|none|none");
}

BOOST_AUTO_TEST_CASE(the_state_and_the_baggage_of_another_trace_do_not_go_with_it) {
  variable_set const state{"TRACESTATE", "other=1"};
  variable_set const baggage{"BAGGAGE", "other=1"};
  supervisor_fixture f;
  auto const lines = std::make_shared<std::vector<std::string>>();
  auto spec = trace_teller("w", lines);
  spec.trace = new_trace(true);
  f.start(spec);
  f.until([&] { return !lines->empty(); });
  BOOST_TEST(lines->front() == spec.trace.traceparent() + "|none|none");
}

BOOST_AUTO_TEST_CASE(what_the_application_says_itself_stays) {
  span_recorder const spans;
  supervisor_fixture f;
  auto const lines = std::make_shared<std::vector<std::string>>();
  auto spec = trace_teller("w", lines);
  spec.for_instance = [](std::size_t, command&, environment& env) { env.set("TRACEPARENT", "mine"); };
  f.start(spec);
  f.until([&] { return !lines->empty(); });
  BOOST_TEST(lines->front() == "mine|none|none");
}

BOOST_AUTO_TEST_CASE(an_incarnation_is_a_span_that_tells_of_its_life) {
  span_recorder const spans;
  supervisor_fixture f;
  auto const lines = std::make_shared<std::vector<std::string>>();
  auto spec = trace_teller("w", lines);
  spec.trace = full_trace();
  f.start(spec);
  f.until(event_kind::finished);
  f.until([&] { return !lines->empty(); });

  auto const lives = spans.named("worker w");
  BOOST_REQUIRE(lives.size() == 1u);
  auto const& life = lives.front();
  BOOST_TEST((life.context.trace_id == spec.trace.trace_id));
  BOOST_TEST(hex_of(life.parent) == spec.trace.span_id_text());
  BOOST_TEST(lines->front() == life.context.traceparent() + "|vendor=1|tenant=acme");
  BOOST_TEST(number_attribute(life, "reeve.worker.generation") == 1);
  BOOST_TEST(number_attribute(life, "process.exit.code") == 0);
  BOOST_TEST(number_attribute(life, "process.pid") > 1);
  BOOST_TEST(text_attribute(life, "reeve.exit.cause") == "itself");
  BOOST_TEST(has_event(life, "ready"));
  BOOST_TEST((life.status != span_status::error));

  auto const starts = spans.named("start w");
  BOOST_REQUIRE(starts.size() == 1u);
  BOOST_TEST(hex_of(starts.front().parent) == life.context.span_id_text());
  BOOST_TEST((starts.front().status == span_status::ok));
  BOOST_TEST(has_event(starts.front(), "spawned"));
}

BOOST_AUTO_TEST_CASE(each_incarnation_has_a_span_of_its_own) {
  span_recorder const spans;
  supervisor_fixture f;
  auto spec = spec_of("w", "hang");
  spec.restart = {.delay = 1ms, .jitter = 0};
  f.start(spec);
  ::kill(f.sup->running_pids().at(0), SIGKILL);
  f.until(event_kind::ready, "w", 2);
  BOOST_TEST(!f.finish(f.sup->async_stop_all()));

  auto const lives = spans.named("worker w");
  BOOST_REQUIRE(lives.size() == 2u);
  BOOST_TEST((lives[0].status == span_status::error));
  BOOST_TEST(number_attribute(lives[0], "reeve.exit.signal") == SIGKILL);
  BOOST_TEST(number_attribute(lives[1], "reeve.worker.generation") == 2);
  BOOST_TEST((lives[1].status != span_status::error));
  BOOST_TEST(text_attribute(lives[1], "reeve.exit.cause") == "stop");
  BOOST_TEST(has_event(lives[1], "stopping"));
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_found_unhealthy_is_a_span_with_an_error) {
  span_recorder const spans;
  supervisor_fixture f;
  auto spec = spec_of("w", "hang");
  spec.restart.mode = restart_mode::never;
  spec.health.check = [](worker_view) -> boost::asio::awaitable<health_result> {
    co_return health_result{false, "it has a fever"};
  };
  spec.health.interval = 5ms;
  spec.health.failures = 1;
  f.start(spec);
  f.until(event_kind::exited);
  auto const lives = spans.named("worker w");
  BOOST_REQUIRE(lives.size() == 1u);
  BOOST_TEST((lives.front().status == span_status::error));
  BOOST_TEST(has_event(lives.front(), "unhealthy"));
  BOOST_TEST(text_attribute(lives.front(), "error.type") == "health_check");
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_a_span_with_an_error) {
  span_recorder const spans;
  supervisor_fixture f;
  worker_spec spec;
  spec.name = "w";
  spec.command = {"/no/such/program"};
  spec.restart.mode = restart_mode::never;
  BOOST_TEST((f.finish(f.sup->async_start(spec)) == boost::system::errc::no_such_file_or_directory));
  for (auto const* name : {"worker w", "start w"}) {
    auto const made = spans.named(name);
    BOOST_REQUIRE(made.size() == 1u);
    BOOST_TEST((made.front().status == span_status::error));
  }
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_is_destroyed_ends_its_spans) {
  span_recorder const spans;
  supervisor_fixture f;
  f.start(spec_of("w", "hang"));
  f.sup.reset();
  f.until([&] { return !spans.named("worker w").empty(); });
}

BOOST_AUTO_TEST_CASE(what_happens_to_workers_is_counted) {
  supervisor_fixture f;
  auto const index = [](exit_cause cause) { return static_cast<std::size_t>(cause); };
  auto spec = spec_of("w", "hang", {}, 2);
  spec.restart = {.delay = 1ms, .jitter = 0};
  f.start(spec);
  ::kill(f.sup->find({"w", 0, 0})->pid, SIGKILL);
  f.until(event_kind::ready, "w", 3);
  BOOST_TEST(!f.finish(f.sup->async_restart(worker_id{"w", 1, 0})));
  BOOST_TEST(!f.finish(f.sup->async_stop_all()));
  auto const totals = f.sup->totals();
  BOOST_TEST(totals.spawned == 4u);
  BOOST_TEST(totals.exits[index(exit_cause::itself)] == 1u);
  BOOST_TEST(totals.exits[index(exit_cause::restart)] == 1u);
  BOOST_TEST(totals.exits[index(exit_cause::stop)] == 2u);
  BOOST_TEST(totals.restarts[index(exit_cause::itself)] == 1u);
  BOOST_TEST(totals.restarts[index(exit_cause::restart)] == 1u);
  BOOST_TEST(totals.spawn_time.total() == 4u);
  BOOST_TEST(totals.ready_time.total() == 4u);
  BOOST_TEST(totals.unhealthy == 0u);
  BOOST_TEST(totals.gave_up == 0u);
}

BOOST_AUTO_TEST_CASE(a_spent_budget_is_counted) {
  supervisor_fixture f;
  auto spec = spec_of("w", "exit_with", {"3"});
  spec.restart = {.delay = 1ms, .jitter = 0, .max_restarts = 2};
  f.finish(f.sup->async_start(spec));
  f.until(event_kind::failed);
  auto const totals = f.sup->totals();
  BOOST_TEST(totals.gave_up == 1u);
  BOOST_TEST(totals.exits[static_cast<std::size_t>(exit_cause::itself)] == 3u);
}

BOOST_AUTO_TEST_CASE(a_status_reader_outlives_its_supervisor) {
  supervisor_fixture f;
  f.start(spec_of("w", "hang"));
  auto const reader = f.sup->status_reader();
  auto const status = reader();
  BOOST_REQUIRE(status.has_value());
  BOOST_TEST(status->workers.size() == 1u);
  BOOST_TEST(status->totals.spawned == 1u);
  f.sup.reset();
  f.until([&] { return !reader().has_value(); });
}

BOOST_AUTO_TEST_SUITE_END()
