// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "channel_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <random>
#include <thread>
#include <sys/wait.h>

// Both ends at work at the same time, each asleep whenever it has nothing to do: a wake-up that is lost hangs the
// test.

BOOST_AUTO_TEST_SUITE(task_channel_threads)

namespace {

using namespace reeve;
using namespace reeve::test;
using clock = std::chrono::steady_clock;

constexpr std::uint64_t farewell = ~std::uint64_t{0};

// A worker that echoes until it is told to go: each task its elements' number of times.
void run_echo(worker_channel& channel) {
  claimed_task task;
  for (;;) {
    while (channel.claim(task)) {
      if (task.task_id == farewell) return;
      for (std::uint32_t element = 0; element < task.elements; ++element) {
        bool const last = element + 1 == task.elements;
        channel.start_element(task.slot, element, clock::now());
        channel.result(
            {.slot = task.slot, .element = element, .last = last, .quiet = !last, .payload = task.payload});
      }
    }
    if (!channel.sleep()) continue;
    wait_until_readable(channel.work());
    channel.woken();
  }
}

// The pool's end beside an echo that runs in a thread.
struct echo_rig : channel_rig {
  echo_rig() : echo{[this] { run_echo(*worker); }} {}
  ~echo_rig() override {
    if (!echo.joinable()) return;
    drain();
    offer({.task_id = farewell});
    pool->ring();
    echo.join();
  }
  void drain() {
    while (pool->free_slots() != 64) turn([](channel_result const&) {});
  }

  // Goes on until there is nothing to do, and waits for more where nothing was done.
  template <class OnResult>
  void turn(OnResult&& on_result) {
    bool done = pool->pump();
    while (auto const result = try_next()) {
      on_result(*result);
      done = true;
    }
    pool->release();
    slot_ref begun;
    while (pool->next_begun(begun)) ++begins;
    if (done || !pool->sleep()) return;
    wait_until_readable(pool->news());
    pool->woken();
  }

  int begins = 0;
  std::thread echo;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(many_tasks_all_come_back, echo_rig) {
  constexpr std::uint64_t count = 100'000;
  std::uint64_t sent = 0;
  std::uint64_t came = 0;
  std::map<std::uint64_t, std::uint64_t> number_of;  // by sequence
  while (came < count) {
    slot_ref ref;
    while (sent < count && pool->offer({.task_id = sent,
                                        .wake_on_claim = sent % 16 == 0,
                                        .payload = {reinterpret_cast<char const*>(&sent), sizeof sent}},
                                       ref))
      number_of[ref.sequence] = sent++;
    pool->ring();
    turn([&](channel_result const& result) {
      std::uint64_t number = 0;
      BOOST_REQUIRE(result.payload.size() == sizeof number);
      result.payload.copy(reinterpret_cast<char*>(&number), sizeof number);
      BOOST_REQUIRE(number_of.at(result.slot.sequence) == number);
      BOOST_REQUIRE(number == came++);  // one worker, one after the other
      number_of.erase(result.slot.sequence);
    });
  }
  BOOST_TEST(pool->violation() == "");
  BOOST_TEST(number_of.empty());
}

BOOST_FIXTURE_TEST_CASE(of_tasks_that_are_revoked_at_random_each_is_run_or_revoked, echo_rig) {
  std::mt19937 random{11};
  constexpr int count = 100'000;
  int offered = 0;
  int revoked = 0;
  int came = 0;
  auto const body = some_bytes(9000);
  std::deque<slot_ref> live;
  while (revoked + came < count) {
    slot_ref ref;
    while (offered < count && live.size() < 40 &&
           pool->offer({.payload = std::string_view{body}.substr(0, random() % 64 == 0 ? 9000 : 20)}, ref)) {
      ++offered;
      live.push_back(ref);
    }
    pool->ring();
    for (int tries = 0; tries < 4 && !live.empty(); ++tries) {
      auto const which = live.begin() + static_cast<std::ptrdiff_t>(random() % live.size());
      if (!pool->revoke(*which)) continue;
      ++revoked;
      live.erase(which);
    }
    if (live.empty()) continue;  // the last ones were revoked: the worker has nothing to tell
    turn([&](channel_result const& result) {
      ++came;
      BOOST_REQUIRE(std::erase(live, result.slot) == 1U);
    });
  }
  BOOST_TEST(live.empty());
  BOOST_TEST(pool->violation() == "");
}

BOOST_FIXTURE_TEST_CASE(large_bodies_stream_both_ways_at_once, echo_rig) {
  std::deque<std::string> const bodies{some_bytes(std::size_t{8} << 20U, 1),
                                       some_bytes((std::size_t{8} << 20U) + 5, 2), some_bytes(700'001, 3),
                                       some_bytes(60'000, 4), some_bytes(10, 5)};
  constexpr std::size_t count = 24;
  std::size_t sent = 0;
  std::size_t came = 0;
  while (came < count) {
    slot_ref ref;
    while (sent < count && pool->offer({.payload = bodies[sent % bodies.size()]}, ref)) ++sent;
    pool->ring();
    turn([&](channel_result const& result) {
      BOOST_REQUIRE((result.payload == bodies[came % bodies.size()]));
      ++came;
    });
  }
  BOOST_TEST(pool->violation() == "");
}

BOOST_FIXTURE_TEST_CASE(long_batches_go_through_a_ring_that_is_full, echo_rig) {
  auto const body = some_bytes(3000);
  constexpr std::uint32_t elements = 5000;
  for (int i = 0; i < 3; ++i) offer({.elements = elements, .wake_on_claim = true, .payload = body});
  pool->ring();
  std::uint32_t came = 0;
  while (came < 3 * elements)
    turn([&](channel_result const& result) {
      BOOST_REQUIRE(result.element == came % elements);
      BOOST_REQUIRE((result.payload == body));
      ++came;
    });
  BOOST_TEST(pool->violation() == "");
}

BOOST_FIXTURE_TEST_CASE(a_worker_that_is_killed_leaves_what_it_had_written_and_what_it_had_claimed,
                        channel_rig) {
  auto const child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    run_echo(*worker);
    ::_exit(0);
  }
  auto const body = some_bytes(std::size_t{2} << 20U);
  std::map<std::uint64_t, slot_ref> live;
  int came = 0;
  for (int i = 0; came < 5000; ++i) {
    slot_ref ref;
    while (pool->offer({.payload = i % 100 == 0 ? std::string_view{body} : "small"}, ref))
      live[ref.sequence] = ref;
    pool->ring();
    pool->pump();
    while (auto const result = try_next()) {
      BOOST_REQUIRE(live.erase(result->slot.sequence) == 1U);
      ++came;
    }
    pool->release();
  }
  ::kill(child, SIGKILL);
  BOOST_REQUIRE(::waitpid(child, nullptr, 0) == child);

  // First the results, then the claims: those that are left were being run, or read.
  while (auto const result = try_next()) BOOST_REQUIRE(live.erase(result->slot.sequence) == 1U);
  BOOST_TEST(pool->violation() == "");
  std::size_t claimed = 0;
  for (auto const& [sequence, ref] : live) {
    if (pool->look(ref).claimed)
      ++claimed;
    else
      BOOST_TEST(pool->revoke(ref));
  }
  BOOST_TEST(claimed <= 1U);
  BOOST_TEST(pool->free_slots() == 64 - claimed);
}

BOOST_AUTO_TEST_SUITE_END()
