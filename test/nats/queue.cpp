// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats_rig.hpp"
#include "preconditions.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(queue, *reeve::test::only_if<reeve::test::with_nats_server>())

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_any_tool_publishes_is_a_task, nats_rig) {
  auto const source = make();
  submit(source, {task_of("first")});  // makes the streams
  peek().publish("reeve.default.task.images.thumbnail", R"(["cat.jpg", 128])", {{"From", "a tool"}});
  auto const tasks = fetch_all(source, 2);
  BOOST_TEST(tasks[0].id == "first");
  BOOST_TEST(tasks[1].id == "REEVE_default_TASKS:2");
  BOOST_TEST(tasks[1].name == "images.thumbnail");
  BOOST_TEST(tasks[1].payload == R"(["cat.jpg", 128])");
  BOOST_TEST((tasks[1].headers == std::vector<task_header>{{"From", "a tool"}}));
  BOOST_TEST(tasks[1].attempt == 1U);
  BOOST_TEST(source->status().delivered == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_complete_task_leaves_the_queue_and_its_result_is_kept, nats_rig) {
  auto const source = make();
  submit(source, {task_of("a")});
  auto const tasks = fetch(source, 10);
  node_info node{.node = "here.1"};
  run(source->announce(node));
  publish(source, {outcome_of(tasks.at(0), verdict::complete, "[1, 2]")});
  auto const results = peek().all(names().results);
  BOOST_REQUIRE(results.size() == 1U);
  BOOST_TEST(results[0].subject == "reeve.default.result.f");
  BOOST_TEST(results[0].headers.at("Nats-Msg-Id") == "a");
  auto const body = boost::json::parse(results[0].body);
  BOOST_TEST(body.at("outcome").as_string() == "complete");
  BOOST_TEST(body.at("result").as_array().size() == 2U);
  BOOST_TEST(body.at("node").as_string() == "here.1");
  await_tasks(0);
  BOOST_TEST(source->status().delivered == 0U);
}

BOOST_FIXTURE_TEST_CASE(results_that_nobody_wants_are_not_kept, nats_rig) {
  params.keep_results = false;
  auto const source = make();
  submit(source, {task_of("a"), task_of("b")});
  auto const tasks = fetch_all(source, 2);
  publish(source, {outcome_of(tasks[0], verdict::complete), outcome_of(tasks[1], verdict::failed, "no")});
  await_tasks(0);
  auto const results = peek().all(names().results);
  BOOST_REQUIRE(results.size() == 1U);
  BOOST_TEST(boost::json::parse(results[0].body).at("reason").as_string() == "no");
}

BOOST_FIXTURE_TEST_CASE(a_dead_letter_is_the_task_with_a_reason, nats_rig) {
  auto const source = make();
  submit(source, {{.id = "a", .name = "x.y", .payload = "{nonsense", .headers = {{"From", "me"}}}});
  auto const tasks = fetch(source, 10);
  publish(source, {outcome_of(tasks.at(0), verdict::dead_letter, "it is\nno JSON")});
  auto const dead = peek().all(names().dead);
  BOOST_REQUIRE(dead.size() == 1U);
  BOOST_TEST(dead[0].subject == "reeve.default.dead.x.y");
  BOOST_TEST(dead[0].body == "{nonsense");
  BOOST_TEST(dead[0].headers.at("From") == "me");
  BOOST_TEST(dead[0].headers.at("Nats-Msg-Id") == "dead:a");
  BOOST_TEST(dead[0].headers.at("Reeve-Reason") == "it is no JSON");
  BOOST_TEST(dead[0].headers.at("Reeve-Attempts") == "1");
  BOOST_TEST(dead[0].headers.at("Reeve-Task") == "a");
  await_tasks(0);
}

BOOST_FIXTURE_TEST_CASE(a_dead_letter_does_not_ask_the_server_for_what_its_task_asked, nats_rig) {
  auto const source = make();
  submit(source, {task_of("first")});
  peek().publish("reeve.default.task.f", "[]", {{"Nats-Expected-Stream", names().tasks}});
  for (auto const& task : fetch_all(source, 2))
    publish(source, {outcome_of(task, verdict::dead_letter, "no use")});
  BOOST_TEST(peek().count(names().dead) == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_task_is_tried_again_after_its_delay, nats_rig) {
  auto const source = make();
  submit(source, {task_of("a")});
  auto retry = outcome_of(fetch(source, 1).at(0), verdict::retry, "not yet");
  retry.delay = 400ms;
  auto const begin = std::chrono::steady_clock::now();
  publish(source, {retry});
  BOOST_TEST(source->status().delivered == 0U);
  auto const again = fetch(source, 1);
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= 390ms));
  BOOST_TEST(again.at(0).attempt == 2U);
  BOOST_TEST(again.at(0).id == "a");
}

BOOST_FIXTURE_TEST_CASE(what_is_handed_back_comes_at_once, nats_rig) {
  auto const source = make();
  submit(source, {task_of("a")});
  publish(source, {outcome_of(fetch(source, 1).at(0), verdict::hand_back)});
  BOOST_TEST(fetch(source, 1).at(0).attempt == 2U);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_renewed_goes_to_another, nats_rig) {
  params.lease = 700ms;
  auto const holder = make();
  auto const other = make();
  submit(holder, {task_of("kept"), task_of("lost")});
  auto const held = fetch_all(holder, 2);
  auto const kept = held[0].id == "kept" ? held[0].delivery : held[1].delivery;
  auto const elsewhere = begin_fetch(other, 10);
  auto const begin = std::chrono::steady_clock::now();
  auto renewed = begin;
  std::chrono::steady_clock::duration silence{};
  while (!elsewhere.done()) {
    run(holder->keep_alive({&kept, 1}));
    auto const now = std::chrono::steady_clock::now();
    silence = std::max(silence, now - std::exchange(renewed, now));
    within(100ms, [&] { return elsewhere.done(); });
  }
  auto const got = elsewhere.result();
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= 500ms));
  if (silence > params.lease / 2) return;  // the machine is too slow to say
  BOOST_REQUIRE(got.size() == 1U);
  BOOST_TEST(got[0].id == "lost");
  BOOST_TEST(got[0].attempt == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_task_is_known_by_its_id_and_so_is_its_outcome, nats_rig) {
  auto const source = make();
  submit(source, {task_of("a"), task_of("a")});
  submit(source, {task_of("a"), task_of("b")});
  auto const tasks = fetch_all(source, 2);
  await_tasks(2);
  publish(source,
          {outcome_of(tasks[0], verdict::complete, "1"), outcome_of(tasks[0], verdict::complete, "2")});
  publish(source,
          {outcome_of(tasks[0], verdict::failed, "no"), outcome_of(tasks[1], verdict::complete, "3")});
  auto const results = peek().all(names().results);
  BOOST_REQUIRE(results.size() == 2U);
  BOOST_TEST(boost::json::parse(results[0].body).at("result").as_int64() == 1);
}

BOOST_FIXTURE_TEST_CASE(tasks_without_an_id_get_one_each, nats_rig) {
  auto const source = make();
  submit(source, {task_of(""), task_of(""), task_of("")});
  std::set<std::string> ids;
  for (auto const& task : fetch_all(source, 3)) ids.insert(task.id);
  BOOST_TEST(ids.size() == 3U);
  BOOST_TEST(ids.count("") == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_sent_is_not_submitted, nats_rig) {
  auto const source = make();
  for (auto const& task :
       {task_of("a", "[]", ""), task_of("a", "[]", "a b"), task_of("a", "[]", "a.>"), task_of("a\r\nb"),
        task_of(std::string(2000, 'x')), task_message{.id = "a", .name = "f", .headers = {{"a b", "c"}}},
        task_message{.id = "a", .name = "f", .headers = {{"a", "b\nc"}}}}) {
    std::optional<error_code> ec;
    source->async_submit({task_of("fine"), task}, [&ec](error_code e) { ec = e; });
    BOOST_TEST(!ec);
    BOOST_REQUIRE(run_until([&] { return ec.has_value(); }));
    BOOST_TEST((*ec == error::invalid_argument));
  }
  submit(source, {});
  submit(source, {task_of("real")});
  await_tasks(1);
}

BOOST_FIXTURE_TEST_CASE(many_tasks_are_submitted_fetched_and_published, nats_rig) {
  constexpr std::size_t count = 5000;
  auto const source = make();
  task_list list;
  for (std::size_t i = 0; i < count; ++i)
    list.push_back(task_of(std::to_string(i), "[" + std::to_string(i) + "]"));
  submit(source, std::move(list));
  std::set<std::string> seen;
  while (seen.size() < count) {
    outcome_list done;
    auto const some = fetch(source, 256);
    BOOST_TEST(some.size() <= 256U);
    for (auto const& task : some) {
      seen.insert(task.id);
      done.push_back(outcome_of(task, verdict::complete));
    }
    publish(source, done);
  }
  await_tasks(0);
  BOOST_TEST(peek().count(names().results) == count);
  BOOST_TEST(source->status().delivered == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_fetch_takes_all_that_is_there_and_waits_for_no_more, nats_rig) {
  auto const source = make();
  task_list list;
  for (int i = 0; i < 10; ++i) list.push_back(task_of(std::to_string(i)));
  submit(source, std::move(list));
  BOOST_TEST(fetch(source, 1000).size() == 10U);
}

BOOST_FIXTURE_TEST_CASE(a_fetch_takes_no_more_than_it_asks_for, nats_rig) {
  auto const source = make();
  auto const other = make();
  submit(source, {task_of("a"), task_of("b"), task_of("c")});
  BOOST_TEST(fetch(source, 2).size() == 2U);
  BOOST_TEST(fetch(other, 10).size() == 1U);  // nothing was taken in advance
}

BOOST_FIXTURE_TEST_CASE(what_waits_is_told_of_a_task_at_once, nats_rig) {
  auto const source = make();
  auto const other = make();
  auto const waiting = begin_fetch(source, 100);
  BOOST_TEST(!within(50ms, [&] { return waiting.done(); }));
  submit(other, {task_of("a")});
  auto const begin = std::chrono::steady_clock::now();
  BOOST_TEST(finish(waiting).size() == 1U);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 4s));  // not when the request expires
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_fetch_loses_nothing, nats_rig) {
  auto const source = make();
  using boost::asio::cancellation_type;
  for (auto const type :
       {cancellation_type::terminal, cancellation_type::partial, cancellation_type::total}) {
    auto waiting = begin_fetch(source, 100);
    within(20ms, [&] { return waiting.done(); });
    waiting.cancel(type);
    BOOST_CHECK_EXCEPTION(finish(waiting), boost::system::system_error,
                          [](auto const& e) { return e.code() == boost::asio::error::operation_aborted; });
  }
  submit(source, {task_of("a")});
  BOOST_TEST(fetch(source, 1).at(0).id == "a");
}

BOOST_FIXTURE_TEST_CASE(what_comes_after_a_cancelled_fetch_goes_to_another_node_in_a_moment, nats_rig) {
  auto const source = make();
  auto const other = make();
  auto waiting = begin_fetch(source, 100);
  soon([&] { return source->status().ready; });
  within(50ms, [] { return false; });
  waiting.cancel();
  BOOST_CHECK_THROW(finish(waiting), boost::system::system_error);
  submit(other, {task_of("a")});
  auto const begin = std::chrono::steady_clock::now();
  BOOST_TEST(fetch(other, 1).at(0).id == "a");
  BOOST_TEST((std::chrono::steady_clock::now() - begin < params.lease / 2));
  BOOST_TEST(source->status().delivered == 0U);
}

BOOST_FIXTURE_TEST_CASE(calls_are_cancelled, nats_rig) {
  server.freeze();  // nobody answers
  auto const source = make();
  using boost::asio::cancellation_type;
  std::vector<task_outcome> const some{{.id = "a", .name = "f", .delivery = 1}};
  std::vector<std::uint64_t> const one{1};
  for (auto const type :
       {cancellation_type::terminal, cancellation_type::partial, cancellation_type::total}) {
    std::vector<begun<void>> calls;
    calls.emplace_back(io, source->publish(some));
    calls.emplace_back(io, source->keep_alive(one));
    calls.emplace_back(io, source->announce({.node = "a"}));
    within(10ms, [] { return false; });
    for (auto& call : calls) {
      call.cancel(type);
      BOOST_CHECK_EXCEPTION(finish(call), boost::system::system_error,
                            [](auto const& e) { return e.code() == boost::asio::error::operation_aborted; });
    }
  }
  server.thaw();
}

BOOST_FIXTURE_TEST_CASE(no_more_is_delivered_than_is_allowed, nats_rig) {
  params.max_delivered = 3;
  auto const source = make();
  submit(source, {task_of("a"), task_of("b"), task_of("c"), task_of("d"), task_of("e")});
  auto held = fetch(source, 10);
  BOOST_TEST(held.size() == 3U);
  auto const waiting = begin_fetch(source, 10);
  BOOST_TEST(!within(300ms, [&] { return waiting.done(); }));
  publish(source, {outcome_of(held[0], verdict::complete)});
  BOOST_TEST(finish(waiting).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
