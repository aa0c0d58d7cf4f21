// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats_rig.hpp"
#include "preconditions.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(streams, *reeve::test::only_if<reeve::test::with_nats_server>())

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

// Makes the queue's stream of tasks with other subjects than ours.
void make_tasks_stream(nats_rig const& rig, std::vector<char const*> subjects) {
  auto const look = rig.peek();
  auto const name = rig.names().tasks;
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = name.c_str();
  config.Subjects = subjects.data();
  config.SubjectsLen = static_cast<int>(subjects.size());
  config.Retention = js_WorkQueuePolicy;
  BOOST_REQUIRE(js_AddStream(nullptr, look.js(), &config, nullptr, nullptr) == NATS_OK);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(streams_are_made_as_the_parameters_say, nats_rig) {
  params.storage = nats_storage::memory;
  params.max_age = 1min;
  params.dedup_window = 10min;
  params.lease = 5s;
  params.max_delivered = 77;
  submit(make(), {task_of("a")});
  auto const look = peek();
  auto const tasks = look.info_of(names().tasks);
  BOOST_TEST((tasks->Config->Retention == js_WorkQueuePolicy));
  BOOST_TEST((tasks->Config->Storage == js_MemoryStorage));
  BOOST_TEST(tasks->Config->Duplicates == std::chrono::nanoseconds{10min}.count());
  BOOST_TEST(tasks->Config->MaxAge == 0);
  auto const results = look.info_of(names().results);
  BOOST_TEST(results->Config->MaxAge == std::chrono::nanoseconds{1min}.count());
  BOOST_TEST(results->Config->Duplicates == std::chrono::nanoseconds{1min}.count());
  auto const consumer = look.consumer_of(names().tasks);
  BOOST_TEST(consumer->Config->AckWait == std::chrono::nanoseconds{5s}.count());
  BOOST_TEST(consumer->Config->MaxAckPending == 77);
}

BOOST_FIXTURE_TEST_CASE(an_existing_consumer_gets_the_lease_and_the_limit, nats_rig) {
  submit(make(), {task_of("a")});
  params.lease = 7s;
  params.max_delivered = 5;
  submit(make(), {task_of("b")});
  auto const consumer = peek().consumer_of(names().tasks);
  BOOST_TEST(consumer->Config->AckWait == std::chrono::nanoseconds{7s}.count());
  BOOST_TEST(consumer->Config->MaxAckPending == 5);
}

BOOST_FIXTURE_TEST_CASE(two_queues_share_nothing, nats_rig) {
  auto const one = make();
  params.queue = "other";
  auto const other = make();
  submit(one, {task_of("a")});
  submit(other, {task_of("b")});
  BOOST_TEST(fetch(other, 10).at(0).id == "b");
  BOOST_TEST(fetch(one, 10).at(0).id == "a");
}

BOOST_FIXTURE_TEST_CASE(a_subject_that_names_no_task_is_a_task_without_a_name, nats_rig) {
  make_tasks_stream(*this, {"reeve.default.task.>", "elsewhere"});
  peek().publish("elsewhere", "[]");
  auto const source = make();
  auto const tasks = fetch(source, 1);
  BOOST_TEST(tasks.at(0).name.empty());
  publish(source, {outcome_of(tasks[0], verdict::dead_letter, "it has no name")});
  BOOST_TEST(peek().all(names().dead).at(0).subject == "reeve.default.dead._");
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_is_in_the_way_is_named, nats_rig) {
  make_tasks_stream(*this, {"reeve.default.>"});
  params.connection.timeout = 300ms;
  auto const source = make();
  auto const why = why_unavailable([&] { fetch(source, 1); });
  BOOST_TEST(why.find("make the stream REEVE_default_RESULTS") != std::string::npos, why);
  BOOST_TEST(!source->status().ready);
  BOOST_TEST(source->status().error.find("REEVE_default_RESULTS") != std::string::npos,
             source->status().error);
}

BOOST_FIXTURE_TEST_CASE(a_result_that_is_too_large_is_a_failure, nats_rig) {
  auto const source = make();
  submit(source, {task_of("a"), task_of("b")});
  auto const held = fetch_all(source, 2);
  publish(source, {outcome_of(held[0], verdict::complete, '"' + std::string(2 << 20, 'x') + '"'),
                   outcome_of(held[1], verdict::complete)});
  auto const results = peek().all(names().results);
  BOOST_REQUIRE(results.size() == 2U);
  auto const body = boost::json::parse(results[0].body);
  BOOST_TEST(body.at("id").as_string() == "a");
  BOOST_TEST(body.at("name").as_string() == "f");
  BOOST_TEST(body.at("outcome").as_string() == "failed");
  BOOST_TEST(std::string{body.at("reason").as_string()}.find("bytes") != std::string::npos);
  await_tasks(0);
}

BOOST_FIXTURE_TEST_CASE(a_dead_letter_that_is_too_large_loses_its_body, nats_rig) {
  auto const source = make();
  std::string const large((1 << 20) - 100, 'x');
  submit(source, {task_of("first")});
  peek().publish("reeve.default.task.f", large);
  for (auto const& task : fetch_all(source, 2))
    publish(source, {outcome_of(task, verdict::dead_letter, "no use")});
  auto const dead = peek().all(names().dead);
  BOOST_REQUIRE(dead.size() == 2U);
  BOOST_TEST(dead[1].body.empty());
  BOOST_TEST(dead[1].headers.at("Reeve-Left-Out") == std::to_string(large.size()));
}

BOOST_AUTO_TEST_SUITE_END()
