// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "source_conformance_tools.hpp"
#include "source_rig.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

// How tasks are delivered, as any `task_source` must do it.
namespace reeve::test::source_conformance {

namespace asio = boost::asio;

inline void what_was_submitted_is_delivered(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  task_message const sent{.id = "one",
                          .name = "images.thumbnail",
                          .payload = R"(["cat.jpg", 128])",
                          .headers = {{"From", "a test"}, {"Tag", "b"}, {"Tag", "a"}}};
  rig->submit({sent});
  auto const got = consumer.fetch(10);
  BOOST_REQUIRE(got.size() == 1U);
  BOOST_TEST(got[0].id == sent.id);
  BOOST_TEST(got[0].name == sent.name);
  BOOST_TEST(got[0].payload == sent.payload);
  BOOST_TEST(got[0].attempt == 1U);
  BOOST_TEST(got[0].delivery != 0U);
  for (auto const& header : sent.headers) {
    BOOST_TEST(std::count(got[0].headers.begin(), got[0].headers.end(), header) == 1, header.name);
  }
}

inline void payloads_may_be_any_bytes(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes.push_back(static_cast<char>(byte));
  std::string large(100 * 1024, 'x');
  large.back() = '\0';
  rig->submit({{.id = "empty", .name = "f"},
               {.id = "bytes", .name = "f", .payload = all_bytes},
               {.id = "large", .name = "f", .payload = large}});
  std::map<std::string, std::string> got;
  for (auto& task : consumer.fetch_all(3)) got.emplace(task.id, std::move(task.payload));
  BOOST_REQUIRE(got.size() == 3U);
  BOOST_TEST(got["empty"].empty());
  BOOST_TEST((got["bytes"] == all_bytes));
  BOOST_TEST((got["large"] == large));
}

inline void at_most_so_many_are_fetched_at_a_time(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  rig->submit(tasks({"a", "b", "c", "d", "e"}));
  std::vector<task_message> all;
  while (all.size() < 5) {
    auto const got = consumer.fetch(2);
    BOOST_TEST(!got.empty());
    BOOST_TEST(got.size() <= 2U);
    all.insert(all.end(), got.begin(), got.end());
  }
  BOOST_TEST(ids_of(all) == "a b c d e");
}

inline void deliveries_that_are_out_have_numbers_of_their_own(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  rig->submit(tasks({"a", "b", "c"}));
  auto const got = consumer.fetch_all(3);
  BOOST_TEST(got[0].delivery != got[1].delivery);
  BOOST_TEST(got[1].delivery != got[2].delivery);
  BOOST_TEST(got[2].delivery != got[0].delivery);
}

inline void a_fetch_waits_until_there_is_something(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  auto const fetch = consumer.begin_fetch(10);
  rig->run_for(std::chrono::milliseconds{50}, [&] { return fetch.done(); });
  BOOST_TEST(!fetch.done());
  rig->submit(tasks({"a"}));
  BOOST_TEST(ids_of(consumer.end(fetch)) == "a");
}

// Whether it threw that it was cancelled; puts what it fetched to `got`.
inline bool was_cancelled(source_consumer& consumer, source_call const& call,
                          std::vector<task_message>& got) {
  try {
    for (auto& task : consumer.end(call)) got.push_back(std::move(task));
    return false;
  } catch (boost::system::system_error const& e) {
    BOOST_TEST(e.code() == asio::error::operation_aborted);
    return true;
  }
}

inline void a_fetch_can_be_cancelled_and_loses_nothing(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  std::vector<task_message> got;
  for (auto const type : cancellations) {
    auto fetch = consumer.begin_fetch(10);
    rig->run_for(std::chrono::milliseconds{20}, [&] { return fetch.done(); });
    fetch.cancel(type);
    BOOST_TEST(was_cancelled(consumer, fetch, got));
  }
  rig->submit(tasks({"a"}));
  BOOST_TEST(ids_of(consumer.fetch(10)) == "a");
}

inline void a_fetch_that_is_cancelled_when_a_task_comes_loses_nothing(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  for (std::size_t round = 0; round < 30; ++round) {
    auto const id = std::to_string(round);
    std::vector<task_message> got;
    auto fetch = consumer.begin_fetch(10);
    rig->run_for(std::chrono::milliseconds{round % 3}, [&] { return fetch.done(); });
    rig->submit(tasks({id}));
    fetch.cancel(cancellations[round % cancellations.size()]);
    if (was_cancelled(consumer, fetch, got)) got = consumer.fetch(10);
    BOOST_TEST(ids_of(got) == id);
    consumer.publish({outcome(got.at(0), verdict::complete, "1")});
  }
}

inline void a_task_that_is_submitted_twice_is_delivered_once(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  rig->submit(tasks({"a", "a"}));
  rig->submit(tasks({"a", "b"}));
  auto const got = consumer.fetch_all(2);
  BOOST_REQUIRE(ids_of(got) == "a b");
  consumer.publish({outcome(got[0], verdict::complete, "1"), outcome(got[1], verdict::complete, "2")});
  rig->submit(tasks({"a", "c"}));  // after it has ended, too
  BOOST_TEST(ids_of(consumer.fetch(10)) == "c");
}

inline void publishing_and_renewing_go_on_beside_a_fetch(rig_maker make) {
  auto const rig = make(long_lease);
  source_consumer consumer{*rig};
  rig->submit(tasks({"a", "b", "c", "d"}));
  auto const got = by_id(consumer.fetch_all(4));
  auto const fetch = consumer.begin_fetch(10);
  std::vector<source_call> calls;
  for (auto const* id : {"a", "b", "c"}) {
    calls.push_back(consumer.begin_publish({outcome(got.at(id), verdict::complete, "1")}));
  }
  calls.push_back(consumer.begin_keep_alive({got.at("d").delivery}));
  for (auto const& call : calls) consumer.end(call);
  BOOST_TEST(!fetch.done());
  rig->submit(tasks({"e"}));
  BOOST_TEST(ids_of(consumer.end(fetch)) == "e");
  check_recorded(
      *rig, {{"a", verdict::complete, "1"}, {"b", verdict::complete, "1"}, {"c", verdict::complete, "1"}});
}

inline void two_consumers_share_a_thousand_tasks(rig_maker make) {
  constexpr std::size_t count = 1000;
  auto const rig = make(long_lease);
  std::array<source_consumer, 2> consumers{source_consumer{*rig}, source_consumer{*rig}};
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(std::to_string(i));
  rig->submit(tasks(ids));

  std::map<std::string, int> deliveries;
  std::vector<recorded_outcome> expected;
  std::array fetches{consumers[0].begin_fetch(37), consumers[1].begin_fetch(37)};
  while (expected.size() < count) {
    BOOST_REQUIRE(rig->run_until([&] { return fetches[0].done() || fetches[1].done(); }));
    for (std::size_t i = 0; i < fetches.size(); ++i) {
      if (!fetches[i].done()) continue;
      std::vector<task_outcome> outcomes;
      for (auto const& task : fetches[i].result()) {
        ++deliveries[task.id];
        expected.push_back({task.id, verdict::complete, task.id});
        outcomes.push_back(outcome(task, verdict::complete, task.id));
      }
      consumers[i].publish(std::move(outcomes));
      fetches[i] = consumers[i].begin_fetch(37);
    }
  }
  for (std::size_t i = 0; i < fetches.size(); ++i) {
    std::vector<task_message> more;
    fetches[i].cancel(asio::cancellation_type::terminal);
    BOOST_TEST(was_cancelled(consumers[i], fetches[i], more));
  }
  BOOST_TEST(expected.size() == count);
  BOOST_TEST(deliveries.size() == count);
  check_recorded(*rig, std::move(expected));
}

}  // namespace reeve::test::source_conformance
