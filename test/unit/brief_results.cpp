// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "channel_rig.hpp"
#include "reeve/detail/pool_ops.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// The results of small elements, of which each follows the one before it.

BOOST_AUTO_TEST_SUITE(brief_results)

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace tcl = task_channel_layout;

struct rig : channel_rig {
  claimed_task begin(std::uint32_t elements) const {
    offer(channel_offer{.elements = elements, .batch = true});
    return claim();
  }
  bool brief(claimed_task const& task, std::uint32_t element, std::string_view payload,
             std::chrono::nanoseconds time = 1ns) const {
    return worker->brief_result(task.slot, element, time, payload);
  }
  void full(claimed_task const& task, std::uint32_t element, std::string_view payload,
            result_status status = result_status::ok) const {
    bool const last = element + 1 == task.elements;
    BOOST_REQUIRE(worker->result({.slot = task.slot,
                                  .element = element,
                                  .status = status,
                                  .last = last,
                                  .quiet = !last,
                                  .run_time = 1ns,
                                  .payload = payload}));
  }
  // As a worker does it.
  void write(claimed_task const& task, std::uint32_t element, std::string_view payload) const {
    if (element + 1 == task.elements || !brief(task, element, payload)) full(task, element, payload);
  }

  // Takes what is there of a task, in order; how many results were brief.
  std::size_t read(claimed_task const& task, std::vector<std::string>& results) const {
    std::size_t briefs = 0;
    while (auto const result = try_next()) {
      BOOST_TEST(result->slot == task.slot);
      BOOST_TEST(result->element == results.size());
      if (result->briefs == 0) {
        results.emplace_back(result->payload);
        continue;
      }
      BOOST_TEST(!result->last);
      BOOST_TEST((result->status == result_status::ok));
      BOOST_TEST(result->run_time.count() == result->briefs);
      detail::result_run run{result->payload};
      for (std::uint32_t i = 0; i < result->briefs; ++i) {
        BOOST_REQUIRE(!run.empty());
        results.emplace_back(run.take());
      }
      BOOST_TEST(run.empty());
      briefs += result->briefs;
    }
    BOOST_TEST(pool->violation() == "");
    pool->release();
    return briefs;
  }

  // Writes a word where the next record is expected.
  void write_word(std::uint64_t word, std::uint64_t published) const {
    auto& tail = raw->header.result_tail.value;
    std::memcpy(raw->result.data() + tail % tcl::result_size, &word, sizeof word);
    tail += published;
  }
  void check_refused(std::string_view what) const {
    BOOST_TEST(!try_next());
    BOOST_TEST(pool->violation() == what);
  }
};

std::string payload_of(std::uint32_t element) {
  static constexpr std::array<std::size_t, 6> sizes{4, 0, 7, 8, 100, 1024};
  return some_bytes(sizes[element % sizes.size()], element);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(they_follow_the_first_result_of_their_task, rig) {
  auto const task = begin(4);
  BOOST_TEST(!brief(task, 0, "a"));
  full(task, 0, "a");
  BOOST_TEST(brief(task, 1, "bc"));
  BOOST_TEST(!brief(task, 1, "again"));
  BOOST_TEST(brief(task, 2, ""));
  full(task, 3, "last");
  std::vector<std::string> results;
  BOOST_TEST(read(task, results) == 2u);
  BOOST_TEST((results == std::vector<std::string>{"a", "bc", "", "last"}));
  BOOST_TEST(pool->free_slots() == tcl::slot_count);
}

BOOST_FIXTURE_TEST_CASE(each_can_be_read_at_once, rig) {
  auto const task = begin(10);
  std::vector<std::string> results;
  full(task, 0, "0");
  BOOST_TEST(read(task, results) == 0u);
  for (std::uint32_t i = 1; i < 9; ++i) {
    BOOST_TEST(brief(task, i, std::to_string(i)));
    BOOST_TEST(read(task, results) == 1u);
  }
  BOOST_TEST(results.size() == 9u);
}

BOOST_FIXTURE_TEST_CASE(they_go_around_the_ring_in_any_size, rig) {
  constexpr std::uint32_t elements = 20'000;
  auto const task = begin(elements);
  std::vector<std::string> results;
  std::size_t briefs = 0;
  for (std::uint32_t i = 0; i < elements; ++i) {
    write(task, i, payload_of(i));
    if (i % 97 == 0) briefs += read(task, results);
  }
  briefs += read(task, results);
  BOOST_TEST(briefs == elements - 2);
  BOOST_REQUIRE(results.size() == elements);
  for (std::uint32_t i = 0; i < elements; ++i) BOOST_REQUIRE(results[i] == payload_of(i));
}

BOOST_FIXTURE_TEST_CASE(where_the_ring_is_full_the_worker_waits, rig) {
  constexpr std::uint32_t elements = 40'000;
  auto const task = begin(elements);
  std::vector<std::string> results;
  worker->on_wait([&] { return read(task, results) != 0; });
  for (std::uint32_t i = 0; i < elements; ++i) write(task, i, payload_of(i % 2));
  read(task, results);
  BOOST_REQUIRE(results.size() == elements);
  for (std::uint32_t i = 0; i < elements; ++i) BOOST_REQUIRE(results[i] == payload_of(i % 2));
  BOOST_TEST(worker->waits() >= 1u);
}

BOOST_FIXTURE_TEST_CASE(a_pool_that_sleeps_is_woken_before_the_ring_is_full, rig) {
  auto const task = begin(40'000);
  full(task, 0, "0");
  std::vector<std::string> results;
  read(task, results);
  BOOST_TEST(pool->sleep());
  std::uint32_t element = 1;
  while (!is_readable(pool->news())) BOOST_REQUIRE(brief(task, element++, "12345678"));
  BOOST_TEST(element * 16 > tcl::result_size / 3);
  BOOST_TEST(element * 16 < tcl::result_size);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_brief_is_refused_and_nothing_is_written, rig) {
  auto const task = begin(100);
  auto const other = begin(100);
  full(task, 0, "0");
  BOOST_TEST(!brief(task, 2, "out of turn"));
  BOOST_TEST(!brief(other, 1, "of another task"));
  BOOST_TEST(!brief(task, 1, some_bytes(1025)));
  BOOST_TEST(!brief(task, 1, "", 5s));  // more than 32 bits of nanoseconds
  BOOST_TEST(brief(task, 1, some_bytes(1024)));
  full(task, 2, "why", result_status::failed);
  BOOST_TEST(brief(task, 3, "goes on"));
  std::vector<std::string> results;
  BOOST_TEST(read(task, results) == 2u);
  BOOST_TEST((results == std::vector<std::string>{"0", some_bytes(1024), "why", "goes on"}));
}

BOOST_FIXTURE_TEST_CASE(tasks_that_take_turns_are_told_apart, rig) {
  auto const one = begin(3);
  auto const two = begin(3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    write(one, i, "one");
    write(two, i, "two");
  }
  for (int i = 0; i < 6; ++i) BOOST_TEST(next().payload == (i % 2 == 0 ? "one" : "two"));
}

// ---- lies

BOOST_FIXTURE_TEST_CASE(one_that_follows_none_is_refused, rig) {
  begin(3);
  write_word(tcl::brief_word(0, 0), 8);
  check_refused("a brief result of the channel follows none");
}

BOOST_FIXTURE_TEST_CASE(one_of_a_task_that_has_ended_is_refused, rig) {
  full(begin(1), 0, "last");
  next();
  write_word(tcl::brief_word(0, 0), 8);
  check_refused("a result of the channel is of a task that the worker does not have");
}

BOOST_FIXTURE_TEST_CASE(one_element_too_many_is_refused, rig) {
  auto const task = begin(3);
  full(task, 0, "0");
  next();
  for (int i = 0; i < 3; ++i) write_word(tcl::brief_word(0, 0), 8);
  check_refused("a result of the channel is of an element whose turn it is not");
}

BOOST_FIXTURE_TEST_CASE(one_that_is_too_long_is_refused, rig) {
  full(begin(3), 0, "0");
  next();
  write_word(tcl::brief_word(tcl::brief_size_max + 1, 0), 8 + 2048);
  check_refused("a brief result of the channel is too long, or not whole");
}

BOOST_FIXTURE_TEST_CASE(those_before_one_that_makes_no_sense_count, rig) {
  auto const task = begin(9);
  full(task, 0, "0");
  next();
  BOOST_TEST(brief(task, 1, "1"));
  BOOST_TEST(brief(task, 2, "2"));
  write_word(tcl::brief_word(tcl::brief_size_max + 1, 0), 8);
  BOOST_TEST(next().briefs == 2u);
  check_refused("a brief result of the channel is too long, or not whole");
}

BOOST_FIXTURE_TEST_CASE(one_that_is_not_whole_is_refused, rig) {
  full(begin(3), 0, "0");
  next();
  write_word(tcl::brief_word(100, 0), 8 + 96);
  check_refused("a brief result of the channel is too long, or not whole");
}

BOOST_AUTO_TEST_SUITE_END()
