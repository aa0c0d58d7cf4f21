// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Processes that are traced, and their ends.

#include "otlp_collector.hpp"
#include "supervisor_test.hpp"
#include "tracing_test.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(tracing_processes)

namespace {

using namespace reeve;
using namespace reeve::test;

using then = reaction::then;

worker_spec traced_spec(otlp_collector const& collector, std::string type, std::vector<std::string> args) {
  worker_spec spec;
  spec.name = "traced";
  spec.command = in_program(child_program("observe_worker"), std::move(type), std::move(args));
  spec.env.set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.url());
  spec.restart = {.mode = restart_mode::never};
  return spec;
}

// One that makes its ten spans when it is stopped.
worker_spec waiting_spec(otlp_collector const& collector) {
  auto spec = traced_spec(collector, "waits", {"10"});
  spec.ready = ready_when::reported(patience);
  return spec;
}

std::string resource_value(otlp_request_seen const& request, std::string_view name) {
  auto const body = boost::json::parse(request.message.body());
  for (auto const& one : body.at("resourceSpans").at(0).at("resource").at("attributes").as_array()) {
    if (one.at("key").as_string() != boost::json::string_view{name.data(), name.size()}) continue;
    for (auto const& [kind, value] : one.at("value").as_object()) return std::string{value.as_string()};
  }
  return "missing";
}

struct processes_fixture : supervisor_fixture {
  otel_variables_set variables;

  exit_status ended() {
    until(event_kind::exited);
    auto const exits = events.of(event_kind::exited);
    BOOST_REQUIRE(exits.at(0).exit);
    return exits.at(0).exit->status;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_worker_that_ends_loses_nothing, processes_fixture) {
  otlp_collector collector;
  start(traced_spec(collector, "some", {"1000"}));
  BOOST_TEST(to_string(ended()) == "exit code 0");
  auto const names = collector.span_names();
  BOOST_REQUIRE(names.size() == 1000U);
  BOOST_TEST(names.front() == "1");
  BOOST_TEST(names.back() == "1000");
}

BOOST_FIXTURE_TEST_CASE(a_worker_says_which_it_is, processes_fixture) {
  otlp_collector collector;
  start(traced_spec(collector, "some", {"1"}));
  ended();
  auto const request = collector.requests().at(0);
  BOOST_TEST(resource_value(request, "reeve.worker.name") == "traced");
  BOOST_TEST(resource_value(request, "reeve.worker.index") == "0");
  BOOST_TEST(resource_value(request, "reeve.worker.generation") == "1");
  BOOST_TEST(resource_value(request, "service.name") == "unknown_service:child_observe_worker");
}

BOOST_FIXTURE_TEST_CASE(a_worker_that_is_stopped_loses_nothing, processes_fixture) {
  otlp_collector collector;
  start(waiting_spec(collector));
  BOOST_TEST(!finish(sup->async_stop("traced")));
  BOOST_TEST(collector.span_names().size() == 10U);
}

BOOST_FIXTURE_TEST_CASE(a_worker_whose_collector_hangs_ends_all_the_same, processes_fixture) {
  otlp_collector collector{{{.after = then::hang}}};
  start(waiting_spec(collector));
  BOOST_TEST(!finish(sup->async_stop("traced")));
  BOOST_TEST(to_string(ended()) == "exit code 0");
}

BOOST_FIXTURE_TEST_CASE(a_worker_without_a_collector_ends_all_the_same, processes_fixture) {
  auto spec = [] {
    otlp_collector const gone;
    return traced_spec(gone, "some", {"10"});
  }();
  start(std::move(spec));
  BOOST_TEST(to_string(ended()) == "exit code 0");
}

BOOST_FIXTURE_TEST_CASE(a_program_that_ends_loses_nothing, processes_fixture) {
  otlp_collector collector;
  auto request = request_for("observe_worker", {"3"});
  request.environment.push_back("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=" + collector.url());
  BOOST_TEST(reeve::test::finish(reeve::test::start(request)).si_status == 0);
  BOOST_TEST(collector.span_names().size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_variable_that_makes_no_sense_is_told_once, processes_fixture) {
  otlp_collector collector;
  auto request = request_for("observe_worker", {"1"});
  request.environment.push_back("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=" + collector.url());
  request.environment.emplace_back("OTEL_BSP_MAX_QUEUE_SIZE=many");
  test_pipe pipe;
  request.stdio[2] = pipe.write_end.get();
  auto const process = reeve::test::start(request);
  pipe.write_end.reset();
  BOOST_TEST(read_all(pipe.read_end.get()) ==
             "reeve: OTEL_BSP_MAX_QUEUE_SIZE does not count: it must be a whole number from 1 to 1000000\n");
  BOOST_TEST(reeve::test::finish(process).si_status == 0);
  BOOST_TEST(collector.span_names().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
