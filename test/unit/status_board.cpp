// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/status_board.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(status_board)

namespace {

using namespace reeve;
using board = reeve::status_board;

std::shared_ptr<exit_record const> exit_of(std::uint64_t generation) {
  auto record = std::make_shared<exit_record>();
  record->worker = {"w", 0, generation};
  return record;
}

std::vector<std::string> ids(std::vector<worker_status> const& all) {
  std::vector<std::string> out;
  for (auto const& s : all) out.push_back(to_string(s.worker));
  return out;
}

using list = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(workers_are_listed_by_name_and_index) {
  board b{2};
  b.add({"b", 0, 0});
  b.add({"a", 10, 0});
  b.add({"a", 2, 0});
  BOOST_TEST(ids(b.status()) == (list{"a/2#0", "a/10#0", "b/0#0"}), boost::test_tools::per_element());
  BOOST_TEST(ids(b.status("a")) == (list{"a/2#0", "a/10#0"}), boost::test_tools::per_element());
  BOOST_TEST(b.status("c").empty());
  BOOST_TEST(b.status("").empty());
}

BOOST_AUTO_TEST_CASE(the_name_of_a_group_lists_its_members_in_their_order) {
  board b{2};
  for (auto name : {"a", "b", "c"}) b.add({name, 0, 0});
  b.set_group("g", {"c", "a"});
  BOOST_TEST(ids(b.status("g")) == (list{"c/0#0", "a/0#0"}), boost::test_tools::per_element());
  b.remove_group("g");
  BOOST_TEST(b.status("g").empty());
}

BOOST_AUTO_TEST_CASE(find_takes_the_current_generation_or_any) {
  board b{2};
  auto const e = b.add({"w", 0, 0});
  b.update(*e, [](auto& entry) { entry.status.worker.generation = 3; });
  BOOST_TEST(b.find({"w", 0, 0}).has_value());
  BOOST_TEST(b.find({"w", 0, 3}).has_value());
  BOOST_TEST(!b.find({"w", 0, 2}).has_value());
  BOOST_TEST(!b.find({"w", 1, 0}).has_value());
}

BOOST_AUTO_TEST_CASE(the_last_exits_are_kept) {
  board b{2};
  auto const e = b.add({"w", 0, 0});
  for (std::uint64_t g = 1; g <= 3; ++g) b.add_exit(*e, exit_of(g));
  auto const exits = b.exits({"w", 0, 0});
  BOOST_REQUIRE(exits.size() == 2U);
  BOOST_TEST(exits[0]->worker.generation == 2U);
  BOOST_TEST(exits[1]->worker.generation == 3U);
  BOOST_TEST(b.find({"w", 0, 0})->last_exit->worker.generation == 3U);
  BOOST_TEST(b.exits({"x", 0, 0}).empty());
}

BOOST_AUTO_TEST_CASE(without_a_history_the_last_exit_is_known_all_the_same) {
  board b{0};
  auto const e = b.add({"w", 0, 0});
  b.add_exit(*e, exit_of(1));
  BOOST_TEST(b.exits({"w", 0, 0}).empty());
  BOOST_TEST((b.find({"w", 0, 0})->last_exit != nullptr));
}

BOOST_AUTO_TEST_CASE(a_worker_started_anew_goes_on_with_its_generation_and_exits) {
  board b{2};
  auto const old = b.add({"w", 0, 0});
  b.update(*old, [](auto& entry) { entry.status.worker.generation = 4; });
  b.add_exit(*old, exit_of(4));
  auto const now = b.add({"w", 0, 0});
  BOOST_TEST(now->status.worker.generation == 4U);
  BOOST_TEST(b.exits({"w", 0, 0}).size() == 1U);
  b.remove(*old);  // its place is taken: that takes nothing off
  BOOST_TEST(b.status().size() == 1U);
  b.remove(*now);
  BOOST_TEST(b.status().empty());
}

BOOST_AUTO_TEST_CASE(running_pids_are_those_of_processes_that_exist) {
  board b{2};
  b.add({"a", 0, 0});
  auto const e = b.add({"a", 1, 0});
  b.update(*e, [](auto& entry) { entry.status.pid = 42; });
  BOOST_TEST(b.running_pids() == (std::vector<pid_t>{42}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_snapshot_and_its_first_event_leave_no_gap) {
  boost::asio::io_context io;
  board b{2};
  auto const e = b.add({"w", 0, 0});
  auto const event_of = [](std::uint64_t g) {
    return worker_event{.kind = event_kind::ready, .worker = {"w", 0, g}, .state = worker_state::running};
  };
  auto const publish = [&](std::uint64_t g) {
    auto const event = event_of(g);
    b.update(
        *e, [g](auto& entry) { entry.status.worker.generation = g; }, &event);
  };
  publish(1);
  auto const queue = std::make_shared<detail::event_queue>(io.get_executor(), 8);
  auto const snapshot = b.subscribe(queue);
  publish(2);
  BOOST_TEST(snapshot.at(0).worker.generation == 1U);
  std::uint64_t first = 0;
  queue->async_next([&](error_code, received_event item) { first = item.event.worker.generation; });
  io.run();
  BOOST_TEST(first == 2U);
}

BOOST_AUTO_TEST_CASE(streams_end_with_the_board_also_those_that_come_later) {
  boost::asio::io_context io;
  board b{2};
  auto const before = std::make_shared<detail::event_queue>(io.get_executor(), 8);
  auto const after = std::make_shared<detail::event_queue>(io.get_executor(), 8);
  b.subscribe(before);
  b.close_streams();
  b.subscribe(after);
  int ended = 0;
  for (auto const& queue : {before, after})
    queue->async_next([&](error_code ec, received_event const&) { ended += ec == error::end_of_stream; });
  io.run();
  BOOST_TEST(ended == 2);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_gone_is_forgotten) {
  boost::asio::io_context io;
  board b{2};
  auto const e = b.add({"w", 0, 0});
  auto queue = std::make_shared<detail::event_queue>(io.get_executor(), 8);
  std::weak_ptr const weak{queue};
  b.subscribe(queue);
  queue.reset();
  BOOST_TEST(weak.expired());
  worker_event const event{.kind = event_kind::ready, .worker = {"w", 0, 1}, .state = {}};
  b.update(*e, nullptr, &event);
}

BOOST_AUTO_TEST_SUITE_END()
