// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats_rig.hpp"
#include "preconditions.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(outages, *reeve::test::only_if<reeve::test::with_nats_server>())

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

/// The server is not there yet.
struct absent_rig : nats_rig {
  absent_rig() : nats_rig{{}, false} { params.connection.timeout = 200ms; }
};

/// What a pipeline does: tries again until it works.
template <class Call>
auto persist(nats_rig& rig, Call call) {
  auto const deadline = std::chrono::steady_clock::now() + 120s;
  for (;;) {
    try {
      return call();
    } catch (boost::system::system_error const& e) {
      BOOST_REQUIRE((e.code() == error::source_unavailable));
      BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
    }
    rig.within(20ms, [] { return false; });
  }
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(without_a_server_all_calls_say_why, absent_rig) {
  auto const source = make();
  BOOST_TEST(!source->status().ready);
  auto const begin = std::chrono::steady_clock::now();
  std::vector<task_outcome> const some{{.id = "a", .name = "f", .delivery = 1}};
  std::vector<std::uint64_t> const one{1};
  std::vector<std::string> const said{why_unavailable([&] { fetch(source, 1); }),
                                      why_unavailable([&] { publish(source, some); }),
                                      why_unavailable([&] { run(source->keep_alive(one)); }),
                                      why_unavailable([&] { run(source->announce({.node = "a"})); }),
                                      why_unavailable([&] { submit(source, {task_of("a")}); })};
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(said[i].find("connect") != std::string::npos, said[i]);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 20s));
  BOOST_TEST(source->status().error.find(params.connection.servers[0]) != std::string::npos,
             source->status().error);
}

BOOST_FIXTURE_TEST_CASE(calls_fail_after_the_timeout_and_not_before, absent_rig) {
  auto const source = make();
  auto const begin = std::chrono::steady_clock::now();
  why_unavailable([&] { fetch(source, 1); });
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= params.connection.timeout));
}

BOOST_FIXTURE_TEST_CASE(a_server_that_comes_later_is_found, absent_rig) {
  auto const source = make();
  why_unavailable([&] { fetch(source, 1); });
  server.start();
  params.connection.timeout = 30s;
  submit(make(), {task_of("a")});
  BOOST_TEST(persist(*this, [&] { return fetch(source, 1); }).at(0).id == "a");
  BOOST_TEST(source->status().ready);
  BOOST_TEST(source->status().error.empty());
}

BOOST_FIXTURE_TEST_CASE(one_of_several_servers_is_enough, nats_rig) {
  nats_server const gone{{}, false};
  params.connection.servers = {gone.url(), server.url()};
  auto const source = make();
  submit(source, {task_of("a")});
  BOOST_TEST(fetch(source, 1).at(0).id == "a");
}

BOOST_FIXTURE_TEST_CASE(a_fetch_goes_on_when_the_server_comes_back, nats_rig) {
  auto const source = make();
  auto const other = make();
  auto const waiting = begin_fetch(source, 10);
  soon([&] { return source->status().ready; });
  server.kill();
  soon([&] { return !source->status().ready; });
  BOOST_TEST(!source->status().error.empty());
  server.start();
  persist(*this, [&] { submit(other, {task_of("a")}); });
  BOOST_TEST(finish(waiting).at(0).id == "a");
  BOOST_TEST(source->status().reconnects == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_fetch_fails_when_the_server_stays_away, nats_rig) {
  params.connection.timeout = 500ms;
  auto const source = make();
  auto const waiting = begin_fetch(source, 10);
  soon([&] { return source->status().ready; });
  server.kill();
  BOOST_TEST(!why_unavailable([&] { finish(waiting); }).empty());
}

BOOST_FIXTURE_TEST_CASE(outcomes_of_tasks_that_were_fetched_before_count, nats_rig) {
  auto const source = make();
  submit(source, {task_of("a"), task_of("b"), task_of("c"), task_of("d")});
  auto const held = fetch_all(source, 4);
  server.kill();
  soon([&] { return !source->status().ready; });
  server.start();
  outcome_list const done{outcome_of(held[0], verdict::complete), outcome_of(held[1], verdict::failed, "no"),
                          outcome_of(held[2], verdict::dead_letter, "no use"),
                          outcome_of(held[3], verdict::hand_back)};
  persist(*this, [&] { publish(source, done); });
  BOOST_TEST(peek().count(names().results) == 2U);
  BOOST_TEST(peek().count(names().dead) == 1U);
  await_tasks(1);
  auto const again = persist(*this, [&] { return fetch(source, 10); });
  BOOST_TEST(again.at(0).id == held[3].id);  // the attempts that it counted may have gone with the server
}

BOOST_FIXTURE_TEST_CASE(streams_that_are_gone_are_made_again, nats_rig) {
  params.storage = nats_storage::memory;
  auto const source = make();
  submit(source, {task_of("a")});
  server.kill();
  soon([&] { return !source->status().ready; });
  server.start();
  persist(*this, [&] { submit(source, {task_of("b")}); });
  BOOST_TEST(persist(*this, [&] { return fetch(source, 10); }).at(0).id == "b");
}

BOOST_FIXTURE_TEST_CASE(streams_that_somebody_deletes_are_made_again, nats_rig) {
  auto const source = make();
  submit(source, {task_of("a")});
  publish(source, {outcome_of(fetch(source, 1).at(0), verdict::complete)});
  auto const waiting = begin_fetch(source, 1);
  within(50ms, [] { return false; });
  {
    auto const look = peek();
    auto const n = names();
    for (auto const* stream : {&n.tasks, &n.results, &n.dead})
      BOOST_TEST(js_DeleteStream(look.js(), stream->c_str(), nullptr, nullptr) == NATS_OK);
  }
  persist(*this, [&] { submit(source, {task_of("b")}); });
  auto const task = [&] {
    try {
      return finish(waiting).at(0);
    } catch (boost::system::system_error const&) {
      return persist(*this, [&] { return fetch(source, 1); }).at(0);
    }
  }();
  BOOST_TEST(task.id == "b");
  persist(*this, [&] { publish(source, {outcome_of(task, verdict::complete)}); });
  BOOST_TEST(peek().count(names().results) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_is_gone_is_missed_once_and_not_for_each_message, nats_rig) {
  constexpr std::size_t count = 300;
  auto const source = make();
  task_list list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(task_of(std::to_string(i)));
  submit(source, std::move(list));
  outcome_list done;
  for (auto const& task : fetch_all(source, count)) done.push_back(outcome_of(task, verdict::complete));
  BOOST_TEST(js_DeleteStream(peek().js(), names().results.c_str(), nullptr, nullptr) == NATS_OK);
  std::size_t tries = 0;
  persist(*this, [&] {
    ++tries;
    publish(source, done);
  });
  BOOST_TEST(tries < 20U);
  BOOST_TEST(peek().count(names().results) == count);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_hangs_is_noticed, nats_rig) {
  auto const preparing = make();
  submit(preparing, {task_of("a")});
  params.connection.timeout = 1s;
  auto const source = make();
  auto const held = fetch(source, 1);
  server.freeze();
  auto const begin = std::chrono::steady_clock::now();
  BOOST_TEST(!why_unavailable([&] { publish(source, {outcome_of(held.at(0), verdict::complete)}); }).empty());
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 20s));
  server.thaw();
  persist(*this, [&] { publish(source, {outcome_of(held.at(0), verdict::complete)}); });
  BOOST_TEST(peek().count(names().results) == 1U);
  await_tasks(0);
}

// As a pipeline works, with a server that is killed again and again.
BOOST_FIXTURE_TEST_CASE(nothing_is_lost_when_the_server_is_killed_in_the_middle, nats_rig) {
  constexpr std::size_t count = 400;
  params.lease = 2s;  // an acknowledgement may go with the server
  params.connection.timeout = 5s;
  auto const source = make();
  std::set<std::string> submitted;
  for (std::size_t i = 0; i < count / 100; ++i) {
    task_list some;
    for (std::size_t k = 0; k < 100; ++k) some.push_back(task_of(std::to_string(i * 100 + k)));
    for (auto const& task : some) submitted.insert(task.id);
    persist(*this, [&] { submit(source, some); });
  }
  std::set<std::string> published;
  for (std::size_t round = 0; published != submitted; ++round) {
    auto const some = persist(*this, [&] { return fetch(source, 40); });
    if (round % 4 == 1) {
      server.kill();
      server.start();
    }
    outcome_list done;
    for (auto const& task : some) done.push_back(outcome_of(task, verdict::complete));
    persist(*this, [&] { publish(source, done); });
    for (auto const& task : some) published.insert(task.id);
  }
  BOOST_TEST(peek().count(names().results) == count);
  // What is left was published, but its acknowledgement was lost: it comes again. (Its message may be in the
  // stream for ever, when the server was killed between noting that it was acknowledged and removing it.)
  auto const is_left = [&] {
    auto const consumer = peek().consumer_of(names().tasks);
    return consumer && consumer->NumPending + static_cast<std::uint64_t>(consumer->NumAckPending) != 0;
  };
  while (is_left()) {
    outcome_list done;
    for (auto const& task : persist(*this, [&] { return fetch(source, 40); }))
      done.push_back(outcome_of(task, verdict::complete, "2"));
    persist(*this, [&] { publish(source, done); });
  }
  BOOST_TEST(peek().count(names().results) == count);
  BOOST_TEST(source->status().reconnects >= 1U);
}

BOOST_AUTO_TEST_SUITE_END()
