// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// How much a pipeline holds, and what it does when its source fails, hangs, or comes back.

#include "pipeline_test.hpp"

BOOST_AUTO_TEST_SUITE(pipeline_flow)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
using mood = pipeline_rig::mood;

// A source without end.
void make_endless(pipeline_rig& rig) {
  rig.source->endless = [n = 0]() mutable {
    return task_message{.id = "n" + std::to_string(n++), .name = "json_square", .payload = "[2]"};
  };
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_slow_publish_stops_the_fetch) {
  pipeline_rig rig;
  make_endless(rig);
  rig.source->publishing = mood::hanging;
  auto params = rig.quiet();
  params.max_fetched = 20;
  params.max_running = 10;
  params.max_unpublished = 30;
  params.publish_batch = 5;
  rig.run(params);
  rig.until([&] { return rig.in(2) == 30u && rig.in(1) == 0u; });
  rig.idle(50ms);  // A source without end: whatever were fetched beyond its bounds would be here by now.
  BOOST_TEST(rig.source->delivered <= 50u);

  rig.source->publishing = mood::well;
  rig.source->changed();
  rig.until_published(200);
  auto const status = rig.line->status();
  for (auto const& queue : status.queues) BOOST_TEST(queue.size <= queue.capacity, queue.name);
  BOOST_TEST(!rig.drain());
  BOOST_TEST(rig.source->published.size() == rig.source->delivered);
}

BOOST_AUTO_TEST_CASE(a_source_that_is_down_at_the_start_is_waited_for) {
  pipeline_rig rig;
  rig.source->fetching = mood::failing;
  rig.run();
  rig.until([&] { return rig.source->fetches >= 4; });
  BOOST_TEST(rig.count(pipeline_event_kind::source_down) == 1u);
  BOOST_TEST((rig.reasons.at(0).find("the script says so") != std::string::npos));
  BOOST_TEST((rig.line->status().source_error.find("the script says so") != std::string::npos));
  BOOST_TEST(rig.line->status().source_errors >= 3u);

  rig.source->fetching = mood::well;
  BOOST_TEST(rig.outcome_of("json_square", "[3]").result == "9");
  rig.until([&] { return rig.count(pipeline_event_kind::source_up) == 1; });
  BOOST_TEST(rig.line->status().source_error.empty());
}

BOOST_AUTO_TEST_CASE(the_wait_for_a_source_can_be_ended) {
  pipeline_rig rig;
  rig.source->fetching = mood::failing;
  auto params = rig.quiet();
  params.source_delay = params.max_source_delay = 1h;
  rig.run(params);
  rig.until([&] { return rig.count(pipeline_event_kind::source_down) == 1; });
  BOOST_TEST(!rig.drain());
}

BOOST_AUTO_TEST_CASE(what_could_not_be_published_is_published_when_the_source_is_back) {
  pipeline_rig rig;
  rig.source->publishing = mood::failing;
  rig.run();
  rig.source->add("json_square", "[3]");
  rig.until([&] { return rig.source->publishes >= 3; });
  rig.source->publishing = mood::well;
  rig.until_published(1);
  BOOST_TEST(!rig.drain());
  BOOST_TEST(rig.source->published.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_lease_of_a_long_task_is_renewed) {
  pipeline_rig rig;
  rig.source->lease_time = 60ms;
  rig.run();
  auto const delivery = rig.source->add("json_gate", "[1]");
  rig.until([&] { return rig.source->kept_alive[delivery] >= 4; });
  rig.open_gate(1);
  rig.outcome_of(delivery);
  auto const renewed = rig.source->kept_alive[delivery];
  rig.idle(100ms);
  BOOST_TEST(rig.source->kept_alive[delivery] == renewed);
}

BOOST_AUTO_TEST_CASE(a_renewal_that_fails_stops_nothing) {
  pipeline_rig rig;
  rig.source->lease_time = 60ms;
  rig.source->keeping_alive = mood::failing;
  rig.run();
  auto const delivery = rig.source->add("json_gate", "[1]");
  rig.until([&] { return rig.count(pipeline_event_kind::source_down) >= 1; });
  BOOST_TEST(rig.outcome_of("json_square", "[3]").result == "9");
  rig.source->keeping_alive = mood::well;
  rig.until([&] { return rig.count(pipeline_event_kind::source_up) >= 1; });
  rig.open_gate(1);
  BOOST_TEST((rig.outcome_of(delivery).what == verdict::complete));
}

BOOST_AUTO_TEST_CASE(a_source_is_told_of_the_pipeline_from_its_begin_to_its_end) {
  pipeline_rig rig;
  rig.source->announce_period = 5ms;
  auto params = rig.quiet();
  params.name = "line";
  rig.run(params);
  rig.until([&] { return rig.source->announced.size() >= 3; });
  rig.outcome_of("json_square", "[3]");
  BOOST_TEST(!rig.drain());

  auto const& first = rig.source->announced.front();
  BOOST_TEST(first.pipeline == "line");
  BOOST_TEST(first.pid == ::getpid());
  BOOST_TEST(first.workers == 2u);
  BOOST_TEST(!first.draining);
  BOOST_TEST(!first.node.empty());
  BOOST_TEST(!first.host.empty());
  auto const& last = rig.source->announced.back();
  BOOST_TEST(last.node == first.node);
  BOOST_TEST(last.draining);
  BOOST_TEST(last.held == 0u);
  BOOST_TEST(last.published == 1u);
  auto const count = rig.source->announced.size();
  rig.idle(30ms);
  BOOST_TEST(rig.source->announced.size() == count);
}

BOOST_AUTO_TEST_CASE(two_pipelines_share_a_pool) {
  pipeline_rig rig;
  rig.run();
  auto const other_source = std::make_shared<scripted_source>(rig.context);
  pipeline other{*rig.pool, other_source, rig.quiet()};
  std::optional<error_code> other_ended;
  other.async_run([&](error_code ec) { other_ended = ec; });
  for (int i = 0; i < 20; ++i) {
    rig.source->add("json_square", "[2]");
    other_source->add("json_square", "[3]");
  }
  rig.until([&] { return rig.source->published.size() == 20 && other_source->published.size() == 20; });
  other.drain();
  rig.until([&] { return other_ended.has_value(); });
  BOOST_TEST(!*other_ended);
  BOOST_TEST(!rig.drain());
  for (auto const& outcome : other_source->published) BOOST_TEST(outcome.result == "9");
}

BOOST_AUTO_TEST_SUITE_END()
