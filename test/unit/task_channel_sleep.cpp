// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "channel_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

// Who sleeps is woken, once, for what it waits for; who does not is left alone. (That no wake-up is lost, whatever
// the order, is what task_channel_explore shows.)

BOOST_AUTO_TEST_SUITE(task_channel_sleep)

namespace {

using namespace reeve;
using namespace reeve::test;
namespace tcl = task_channel_layout;
using clock = std::chrono::steady_clock;

struct sleepers : channel_rig {
  bool worker_is_rung() const { return is_readable(worker->work()); }
  bool pool_is_rung() const { return is_readable(pool->news()); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_worker_that_sleeps_is_woken_once_for_many_offers, sleepers) {
  BOOST_TEST(worker->sleep());
  offer();
  BOOST_TEST(!worker_is_rung());  // not for each of them
  offer();
  pool->ring();
  BOOST_TEST(worker_is_rung());
  worker->woken();
  BOOST_TEST(!worker_is_rung());
  offer();
  pool->ring();
  BOOST_TEST(!worker_is_rung());  // it does not sleep
}

BOOST_FIXTURE_TEST_CASE(a_worker_does_not_fall_asleep_over_an_offer, sleepers) {
  offer();
  pool->ring();
  BOOST_TEST(worker->has_offers());
  BOOST_TEST(!worker->sleep());
  offer();
  pool->ring();
  BOOST_TEST(!worker_is_rung());
}

BOOST_FIXTURE_TEST_CASE(a_worker_that_sleeps_is_not_woken_when_its_results_are_read, sleepers) {
  offer();
  pool->ring();
  run_all();
  BOOST_TEST(worker->sleep());
  next();
  pool->release();
  pool->ring();  // there is no new offer
  BOOST_TEST(!worker_is_rung());
}

BOOST_FIXTURE_TEST_CASE(a_pool_that_sleeps_is_woken_once_by_results, sleepers) {
  offer();
  offer();
  BOOST_TEST(pool->sleep());
  claim();
  BOOST_TEST(!pool_is_rung());  // nobody asked for that
  BOOST_TEST(pool->has_news() == false);
  answer({.index = 0, .sequence = 1});
  BOOST_TEST(pool_is_rung());
  BOOST_TEST(pool->has_news());
  pool->woken();
  answer(claim().slot);
  BOOST_TEST(!pool_is_rung());  // it does not sleep
  BOOST_TEST(!pool->sleep());
  next();
  BOOST_TEST(!pool->sleep());
  next();
  BOOST_TEST(pool->sleep());
}

BOOST_FIXTURE_TEST_CASE(a_quiet_result_does_not_wake_the_pool_but_is_there, sleepers) {
  auto const ref = offer({.elements = 3});
  claim();
  BOOST_TEST(pool->sleep());
  BOOST_REQUIRE(worker->result({.slot = ref, .element = 0, .last = false, .quiet = true}));
  BOOST_REQUIRE(worker->result({.slot = ref, .element = 1, .last = false, .quiet = true}));
  BOOST_TEST(!pool_is_rung());
  BOOST_TEST(try_next().has_value());
  worker->ring();
  BOOST_TEST(pool_is_rung());
  pool->woken();
  next();
  BOOST_TEST(pool->sleep());
  worker->ring();
  BOOST_TEST(!pool_is_rung());  // it has heard of them
}

BOOST_FIXTURE_TEST_CASE(quiet_results_wake_the_pool_when_the_ring_is_half_full, sleepers) {
  auto const payload = some_bytes(30'000);
  auto const ref = offer({.elements = 100});
  claim();
  BOOST_TEST(pool->sleep());
  std::uint32_t element = 0;
  for (; !pool_is_rung(); ++element)
    BOOST_REQUIRE(
        worker->result({.slot = ref, .element = element, .last = false, .quiet = true, .payload = payload}));
  BOOST_TEST(element == 5U);
}

BOOST_FIXTURE_TEST_CASE(a_worker_does_not_fall_asleep_over_quiet_results, sleepers) {
  auto const ref = offer({.elements = 2});
  claim();
  BOOST_TEST(pool->sleep());
  BOOST_REQUIRE(worker->result({.slot = ref, .last = false, .quiet = true}));
  BOOST_TEST(worker->sleep());
  BOOST_TEST(pool_is_rung());
}

BOOST_FIXTURE_TEST_CASE(the_pool_is_woken_by_the_begin_of_a_task_that_it_watches, sleepers) {
  auto const watched = offer({.elements = 2, .wake_on_claim = true});
  auto const other = offer();
  BOOST_TEST(pool->sleep());
  claim();
  BOOST_TEST(!pool_is_rung());
  worker->start_element(watched, 0, clock::now());
  BOOST_TEST(pool_is_rung());
  pool->woken();

  slot_ref begun;
  BOOST_REQUIRE(pool->next_begun(begun));
  BOOST_TEST(begun == watched);
  BOOST_TEST(!pool->next_begun(begun));
  BOOST_TEST(pool->sleep());
  worker->start_element(watched, 1, clock::now());
  claim();
  worker->start_element(other, 0, clock::now());
  BOOST_TEST(!pool_is_rung());
}

BOOST_FIXTURE_TEST_CASE(the_pool_does_not_fall_asleep_over_a_begin_that_it_watches, sleepers) {
  auto const watched = offer({.wake_on_claim = true});
  claim();
  BOOST_TEST(pool->sleep());
  pool->woken();
  worker->start_element(watched, 0, clock::now());
  BOOST_TEST(!pool->sleep());
  slot_ref begun;
  BOOST_TEST(pool->next_begun(begun));
  BOOST_TEST(pool->sleep());
}

BOOST_FIXTURE_TEST_CASE(a_task_that_has_ended_is_not_told_to_have_begun, sleepers) {
  auto const ended = offer({.wake_on_claim = true});
  auto const revoked = offer({.wake_on_claim = true});
  claim();
  worker->start_element(ended, 0, clock::now());
  answer(ended);
  next();
  BOOST_TEST(pool->revoke(revoked));
  slot_ref begun;
  BOOST_TEST(!pool->next_begun(begun));
  auto const successor = offer({.wake_on_claim = true});
  BOOST_TEST((successor.index == ended.index || successor.index == revoked.index));
  BOOST_TEST(!pool->next_begun(begun));
}

BOOST_FIXTURE_TEST_CASE(the_pool_is_woken_by_the_claim_of_a_body_that_is_to_be_streamed, sleepers) {
  auto const large = some_bytes(std::size_t{1} << 20U);
  offer(large);
  BOOST_TEST(pool->sleep());
  bool waited = false;
  worker->on_wait([&] {
    waited = true;
    BOOST_TEST(pool_is_rung());
    return false;
  });
  BOOST_TEST(!try_claim());
  BOOST_TEST(waited);
  pool->woken();
  BOOST_TEST(!pool->sleep());
  BOOST_TEST(pool->pump());
}

BOOST_FIXTURE_TEST_CASE(while_a_body_is_streamed_each_side_is_woken_by_the_other, sleepers) {
  auto const large = some_bytes(std::size_t{1} << 20U);
  offer(large);
  BOOST_TEST(pool->sleep());
  int waits = 0;
  worker->on_wait([&] {
    ++waits;
    BOOST_TEST(pool_is_rung());
    pool->woken();
    while (pool->pump()) {
    }
    BOOST_TEST(worker_is_rung());
    BOOST_TEST(pool->sleep());  // the ring is full, or all is written
    return true;
  });
  BOOST_TEST((claim().payload == large));
  BOOST_TEST(waits == 4);
}

BOOST_FIXTURE_TEST_CASE(the_pool_is_woken_when_entries_are_free_that_it_wanted, sleepers) {
  for (std::size_t i = 0; i < tcl::submission_count; ++i) BOOST_REQUIRE(pool->revoke(offer()));
  BOOST_TEST(pool->sleep());
  BOOST_TEST(!try_claim());
  BOOST_TEST(worker->sleep());
  BOOST_TEST(!pool_is_rung());  // it has not missed any

  for (std::size_t i = 0; i < tcl::submission_count; ++i) BOOST_REQUIRE(pool->revoke(offer()));
  BOOST_REQUIRE(!try_offer({}));
  BOOST_TEST(pool->sleep());
  BOOST_TEST(!try_claim());
  BOOST_TEST(worker->sleep());
  BOOST_TEST(pool_is_rung());
  pool->woken();
  BOOST_TEST(try_offer({}).has_value());
}

BOOST_FIXTURE_TEST_CASE(the_pool_does_not_fall_asleep_over_entries_that_it_wanted, sleepers) {
  for (std::size_t i = 0; i < tcl::submission_count; ++i) BOOST_REQUIRE(pool->revoke(offer()));
  BOOST_REQUIRE(!try_offer({}));
  BOOST_TEST(!try_claim());
  BOOST_TEST(!pool->sleep());
  BOOST_TEST(pool->sleep());  // it was told
}

BOOST_AUTO_TEST_SUITE_END()
