// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "channel_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <random>
#include <thread>

// How arguments and results of every size travel: in the slot, in the rings, through the rings in pieces.

BOOST_AUTO_TEST_SUITE(task_channel_bodies)

namespace {

using namespace reeve;
using namespace reeve::test;
namespace tcl = task_channel_layout;

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

// Where both ends take turns in one thread: whenever the worker waits, the pool does what it has to.
struct turns : channel_rig {
  turns() {
    worker->on_wait([this] {
      BOOST_TEST_REQUIRE(is_readable(worker->work()) == false);
      pool_turn();
      BOOST_TEST_REQUIRE(is_readable(worker->work()));
      return true;
    });
  }

  void pool_turn() {
    while (pool->pump()) {
    }
    while (auto const result = try_next()) {
      results.emplace_back(result->payload);
      pool->release();
    }
    pool->release();
    BOOST_TEST_REQUIRE(pool->violation() == "");
  }

  std::deque<std::string> results;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(bodies_of_all_sizes_arrive_whole, turns) {
  for (std::size_t const size :
       {0UL, 1UL, 143UL, 144UL, 145UL, 4096UL, tcl::request_whole_max - 1, tcl::request_whole_max,
        tcl::request_whole_max + 1, tcl::request_size, tcl::request_size + 1, 3 * mebibyte + 7})
    for (std::size_t const id_size : {0UL, 1UL, tcl::preface_max}) {
      auto const id = some_bytes(id_size, 2);
      auto const payload = some_bytes(size);
      auto const ref = offer({.preface = id, .payload = payload});
      auto const task = claim();
      BOOST_TEST(task.slot == ref);
      BOOST_TEST((task.preface == id));
      BOOST_TEST((task.payload == payload));
      BOOST_TEST(!pool->streaming());
      answer(ref);
      pool_turn();
    }
}

BOOST_FIXTURE_TEST_CASE(results_of_all_sizes_arrive_whole, turns) {
  for (std::size_t const size :
       {0UL, 1UL, 7UL, 8UL, 9UL, 4096UL, tcl::result_whole_max - 40, tcl::result_whole_max - 32,
        tcl::result_whole_max - 31, tcl::result_size - 32, tcl::result_size, tcl::result_size + 1,
        3 * mebibyte + 7}) {
    auto const payload = some_bytes(size);
    auto const ref = offer();
    claim();
    answer(ref, payload);
    pool_turn();
    BOOST_REQUIRE(results.size() == 1U);
    BOOST_TEST((results.front() == payload));
    results.clear();
  }
}

BOOST_FIXTURE_TEST_CASE(the_rings_go_round_many_times, turns) {
  std::mt19937 random{7};
  std::uniform_int_distribution<std::size_t> size{0, 20'000};
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    auto const payload = some_bytes(size(random), i);
    auto const ref = offer(payload);
    if (i % 7 == 0) {
      BOOST_REQUIRE(pool->revoke(ref));
      BOOST_REQUIRE(!try_claim());
      continue;
    }
    auto const task = claim();
    BOOST_REQUIRE((task.payload == payload));
    answer(ref, task.payload);
    pool_turn();
    BOOST_REQUIRE((results.front() == payload));
    results.clear();
  }
}

BOOST_FIXTURE_TEST_CASE(the_bytes_of_what_was_revoked_are_skipped, channel_rig) {
  auto const first = some_bytes(100'000, 1);
  auto const second = some_bytes(90'000, 2);
  auto const revoked = offer(first);
  auto const kept = offer(second);
  BOOST_REQUIRE(pool->revoke(revoked));
  auto const task = claim();
  BOOST_TEST(task.slot == kept);
  BOOST_TEST((task.payload == second));
}

BOOST_FIXTURE_TEST_CASE(a_body_that_finds_no_room_in_the_ring_is_streamed, turns) {
  auto const payload = some_bytes(100'000);
  offer(payload);
  offer(payload);
  BOOST_TEST(!pool->streaming());
  offer(payload);
  BOOST_TEST(pool->streaming());
  for (int i = 0; i < 3; ++i) BOOST_TEST((claim().payload == payload));
}

BOOST_FIXTURE_TEST_CASE(while_a_body_is_on_its_way_only_small_ones_are_offered, turns) {
  auto const large = some_bytes(mebibyte);
  auto const larger_than_a_slot = some_bytes(tcl::inline_size + 1, 2);
  auto const first = offer(large);
  BOOST_TEST(pool->streaming());
  BOOST_TEST(!try_offer({.payload = larger_than_a_slot}));
  auto const small = offer("small");

  BOOST_TEST((claim().payload == large));
  BOOST_TEST(!pool->streaming());
  auto const after = offer(larger_than_a_slot);
  BOOST_TEST((run_all() == std::vector{small, after}));
  answer(first);
  pool_turn();
  BOOST_TEST((results == std::deque<std::string>{"small", larger_than_a_slot, ""}));
}

BOOST_FIXTURE_TEST_CASE(a_body_is_not_streamed_before_the_claim_and_never_after_a_revocation, turns) {
  auto const large = some_bytes(mebibyte);
  auto const ref = offer(large);
  BOOST_TEST(!pool->pump());
  BOOST_TEST(pool->revoke(ref));
  BOOST_TEST(!pool->streaming());
  BOOST_TEST(!pool->pump());
  auto const other = some_bytes(1000, 2);
  offer(other);
  BOOST_TEST((claim().payload == other));
}

BOOST_FIXTURE_TEST_CASE(a_body_that_was_forgotten_is_not_read_any_more, channel_rig) {
  auto large = std::make_unique<std::string>(some_bytes(mebibyte));
  auto const ref = offer(*large);
  int waits = 0;
  worker->on_wait([&] {
    pool->pump();
    return ++waits < 2;
  });
  BOOST_TEST(!try_claim());
  pool->forget(ref);
  large.reset();
  BOOST_TEST(!pool->pump());
  BOOST_TEST(pool->sleep());
  BOOST_TEST(pool->free_slots() == 63U);
  BOOST_TEST(!try_offer({.payload = std::string(tcl::inline_size + 1, 'x')}));
  BOOST_TEST(pool->look(ref).claimed);
}

BOOST_FIXTURE_TEST_CASE(results_stay_readable_until_they_are_released, channel_rig) {
  std::vector<std::string> written;
  for (int i = 0; i < 7; ++i) {
    written.push_back(some_bytes(30'000, static_cast<std::uint64_t>(i)));
    auto const ref = offer();
    claim();
    answer(ref, written.back());
  }
  std::vector<std::string_view> views;
  while (auto const result = try_next()) views.push_back(result->payload);
  std::memset(raw->result.data(), 0xee, raw->result.size());  // whatever the worker does to it
  BOOST_TEST((std::vector<std::string>(views.begin(), views.end()) == written));
}

BOOST_FIXTURE_TEST_CASE(a_worker_waits_for_room_until_the_pool_releases_it, channel_rig) {
  auto const payload = some_bytes(100'000);
  for (int i = 0; i < 3; ++i) offer();
  for (int i = 0; i < 2; ++i) answer(claim().slot, payload);
  int waits = 0;
  worker->on_wait([&] {
    ++waits;
    BOOST_TEST((next().payload == payload));
    BOOST_TEST(!is_readable(worker->work()));  // it holds the room
    pool->release();
    BOOST_TEST(is_readable(worker->work()));
    return true;
  });
  answer(claim().slot, payload);
  BOOST_TEST(waits == 1);
  BOOST_TEST((next().payload == payload));
  BOOST_TEST((next().payload == payload));
}

BOOST_FIXTURE_TEST_CASE(a_long_result_waits_for_the_release_of_those_before_it, channel_rig) {
  auto const short_one = some_bytes(1000, 1);
  auto const long_one = some_bytes(mebibyte, 2);
  auto const first = offer();
  auto const second = offer();
  claim();
  claim();
  answer(first, short_one);
  bool released = false;
  worker->on_wait([&] {
    if (released) return try_next(), pool->release(), true;
    BOOST_TEST((next().payload == short_one));
    BOOST_TEST(!try_next());  // all of it that is there is read, and its room held back
    BOOST_TEST(!is_readable(worker->work()));
    pool->release();
    BOOST_TEST(is_readable(worker->work()));
    return released = true;
  });
  answer(second, long_one);
  BOOST_TEST((next().payload == long_one));
}

BOOST_FIXTURE_TEST_CASE(what_a_worker_that_died_had_written_whole_is_delivered, channel_rig) {
  auto const payload = some_bytes(5000);
  std::vector<slot_ref> refs;
  for (int i = 0; i < 3; ++i) refs.push_back(offer());
  for (int i = 0; i < 3; ++i) claim();
  BOOST_REQUIRE(worker->result({.slot = refs[0], .quiet = true, .payload = payload}));
  BOOST_REQUIRE(worker->result({.slot = refs[1], .quiet = true, .payload = payload}));
  // The third dies in the middle of its writing.
  worker->on_wait([] { return false; });
  auto const large = some_bytes(mebibyte);
  BOOST_TEST(!worker->result({.slot = refs[2], .payload = large}));
  worker.reset();

  BOOST_TEST((next().payload == payload));
  BOOST_TEST((next().payload == payload));
  BOOST_TEST(!try_next());
  pool->release();
  BOOST_TEST(!try_next());
  BOOST_TEST(pool->violation() == "");
  BOOST_TEST(pool->free_slots() == 63U);
  BOOST_TEST(pool->look(refs[2]).claimed);
}

BOOST_FIXTURE_TEST_CASE(a_body_that_never_comes_is_given_up, channel_rig) {
  auto const large = some_bytes(mebibyte);
  auto const ref = offer(large);
  worker->on_wait([] { return false; });
  BOOST_TEST(!try_claim());
  BOOST_TEST(pool->look(ref).claimed);
}

BOOST_FIXTURE_TEST_CASE(a_reused_task_keeps_its_memory, turns) {
  auto const payload = some_bytes(50'000);
  claimed_task task;
  std::size_t capacity = 0;
  for (int i = 0; i < 20; ++i) {
    offer(payload);
    BOOST_REQUIRE(worker->claim(task));
    BOOST_TEST((task.payload == payload));
    if (i != 0) BOOST_TEST(task.storage.capacity() == capacity);
    capacity = task.storage.capacity();
    answer(task.slot);
    pool_turn();
  }
}

BOOST_AUTO_TEST_SUITE_END()
