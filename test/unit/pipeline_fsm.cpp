// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline_fsm_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(pipeline_fsm)

using namespace std::chrono_literals;
using reeve::verdict;
using rig_t = reeve::test::pipeline_fsm_rig;
using params_t = reeve::pipeline_params;

static constexpr std::size_t fetched_queue = 0;
static constexpr std::size_t running_queue = 1;
static constexpr std::size_t unpublished_queue = 2;

// The message of the one outcome that was published last.
static reeve::task_outcome last(rig_t const& rig) {
  BOOST_REQUIRE(!rig.published.empty());
  return rig.published.back();
}

// ---- the way of a task -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_is_fetched_is_run_and_published) {
  rig_t rig;
  BOOST_TEST(rig.fetch > 0u);
  rig.give(1);
  BOOST_REQUIRE(rig.running.size() == 1u);
  rig.end({.result = "9", .duration = 5ms, .worker = {.name = "pool.1", .generation = 2}});
  BOOST_REQUIRE(rig.publishing.size() == 1u);
  rig.publish();

  auto const outcome = last(rig);
  BOOST_TEST(outcome.id == "id1");
  BOOST_TEST(outcome.name == "task");
  BOOST_TEST(outcome.delivery == 1u);
  BOOST_TEST((outcome.what == verdict::complete));
  BOOST_TEST(outcome.result == "9");
  BOOST_TEST((outcome.duration == 5ms));
  BOOST_TEST(outcome.worker.name == "pool.1");
  BOOST_TEST(rig.fsm->held() == 0u);
  auto const status = rig.status();
  BOOST_TEST(status.fetched == 1u);
  BOOST_TEST(status.published == 1u);
  BOOST_TEST(status.completed == 1u);
}

BOOST_AUTO_TEST_CASE(each_outcome_is_counted_by_what_it_says_once_it_is_published) {
  rig_t rig;
  rig.give(4);
  rig.end(verdict::complete);
  rig.end(verdict::failed);
  rig.end(verdict::retry);
  rig.end(verdict::dead_letter);
  BOOST_TEST(rig.status().failed == 0u);
  rig.publish_all();
  auto const status = rig.status();
  BOOST_TEST(status.completed == 1u);
  BOOST_TEST(status.failed == 1u);
  BOOST_TEST(status.retried == 1u);
  BOOST_TEST(status.dead_lettered == 1u);
  BOOST_TEST(status.published == 4u);
}

BOOST_AUTO_TEST_CASE(a_delivery_that_the_source_gives_twice_is_run_once) {
  rig_t rig;
  auto const message = rig.message();
  rig.give({message, message});
  BOOST_TEST(rig.running.size() == 1u);
  BOOST_TEST(rig.status().fetched == 1u);
}

// ---- bounds ----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(no_more_is_with_the_pool_than_may_be) {
  auto params = rig_t::quiet();
  params.max_running = 3;
  rig_t rig{params};
  rig.places = 3;
  rig.act();
  rig.give(rig.fetch);
  while (rig.fetch != 0) rig.give(rig.fetch);
  BOOST_TEST(rig.running.size() == 3u);
  BOOST_TEST(rig.in(running_queue) == 3u);
  rig.end();
  BOOST_TEST(rig.running.size() == 3u);
}

BOOST_AUTO_TEST_CASE(where_nothing_is_published_nothing_is_run_and_then_nothing_fetched) {
  auto params = rig_t::quiet();
  params.max_unpublished = 10;
  params.max_fetched = 8;
  params.fetch_batch = 4;
  params.publish_batch = 2;
  params.max_publishing = 1;
  rig_t rig{params};
  for (int i = 0; i < 100; ++i) {
    if (rig.fetch != 0) rig.give(rig.fetch);
    if (!rig.running.empty()) rig.end();
  }
  BOOST_TEST(rig.fetch == 0u);
  BOOST_TEST(rig.running.empty());
  BOOST_TEST(rig.in(unpublished_queue) == 10u);
  BOOST_TEST(rig.in(fetched_queue) <= 8u);
  BOOST_TEST(rig.publishing.size() == 1u);

  rig.publish();
  BOOST_TEST(rig.running.size() == 2u);
}

BOOST_AUTO_TEST_CASE(no_more_batches_are_on_their_way_than_may_be) {
  auto params = rig_t::quiet();
  params.publish_batch = 1;
  params.max_publishing = 3;
  rig_t rig{params};
  for (int i = 0; i < 10; ++i) {
    if (rig.fetch != 0) rig.give(rig.fetch);
    if (!rig.running.empty()) rig.end();
  }
  BOOST_TEST(rig.publishing.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_fetch_asks_for_no_more_than_its_batch_and_the_room) {
  auto params = rig_t::quiet();
  params.fetch_batch = 5;
  params.max_fetched = 3;
  rig_t rig{params};
  rig.places = 100;
  rig.act();
  BOOST_TEST(rig.fetch <= 3u);
}

// ---- batches ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_outcome_waits_for_others_as_long_as_tasks_run) {
  auto params = rig_t::quiet();
  params.publish_within = 7ms;
  rig_t rig{params};
  rig.give(2);
  rig.end();
  BOOST_TEST(rig.publishing.empty());
  BOOST_REQUIRE(rig.wake.has_value());
  BOOST_TEST((*rig.wake - rig.now == 7ms));
  rig.pass(7ms);
  BOOST_TEST(rig.publishing.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_last_outcome_does_not_wait) {
  rig_t rig;
  rig.give(2);
  rig.end();
  BOOST_TEST(rig.publishing.empty());
  rig.end();
  BOOST_REQUIRE(rig.publishing.size() == 1u);
  BOOST_TEST(rig.publishing.begin()->second->size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_full_batch_does_not_wait) {
  auto params = rig_t::quiet();
  params.publish_batch = 2;
  rig_t rig{params};
  rig.give(4);
  rig.end();
  BOOST_TEST(rig.publishing.empty());
  rig.end();
  BOOST_TEST(rig.publishing.size() == 1u);
}

// ---- retries ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_wait_before_a_retry_grows_with_the_attempt_up_to_its_limit) {
  auto params = rig_t::quiet();
  params.retry = {.max_attempts = 10, .delay = 100ms, .backoff = 3, .max_delay = 1s, .jitter = 0};
  rig_t rig{params};
  std::vector<std::chrono::steady_clock::duration> const expected{100ms, 300ms, 900ms, 1s, 1s};
  for (std::size_t attempt = 1; attempt <= expected.size(); ++attempt) {
    rig.give(1, attempt);
    rig.end(verdict::retry);
    rig.publish();
    BOOST_TEST((last(rig).what == verdict::retry));
    BOOST_TEST((last(rig).delay == expected[attempt - 1]));
  }
}

BOOST_AUTO_TEST_CASE(the_wait_varies_within_its_jitter) {
  auto params = rig_t::quiet();
  params.retry = {.delay = 100ms, .jitter = 0.2};
  rig_t rig{params};
  std::set<std::chrono::steady_clock::duration> waits;
  for (int i = 0; i < 50; ++i) {
    rig.give(1);
    rig.end(verdict::retry);
    rig.publish();
    waits.insert(last(rig).delay);
  }
  BOOST_TEST(waits.size() > 10u);
  BOOST_TEST((*waits.begin() >= 80ms));
  BOOST_TEST((*waits.rbegin() <= 120ms));
}

BOOST_AUTO_TEST_CASE(the_last_attempt_ends_among_the_dead_letters) {
  auto params = rig_t::quiet();
  params.retry.max_attempts = 3;
  rig_t rig{params};
  rig.give(1, 3);
  rig.end(verdict::retry);
  rig.publish();
  BOOST_TEST((last(rig).what == verdict::dead_letter));
  BOOST_TEST(last(rig).reason == "attempt 3 of 3: a reason");
}

BOOST_AUTO_TEST_CASE(a_task_that_was_delivered_too_often_is_not_run) {
  auto params = rig_t::quiet();
  params.retry.max_attempts = 3;
  rig_t rig{params};
  rig.give(1, 4);
  BOOST_TEST(rig.running.empty());
  rig.publish();
  BOOST_TEST((last(rig).what == verdict::dead_letter));
  BOOST_TEST(last(rig).reason == "it was delivered 3 times and has not ended");
}

// ---- a source that fails ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_failed_fetch_is_tried_again_after_a_wait_that_doubles) {
  auto params = rig_t::quiet();
  params.source_delay = 10ms;
  params.max_source_delay = 35ms;
  rig_t rig{params};
  for (auto const expected : {10ms, 20ms, 35ms, 35ms}) {
    rig.fail_fetch();
    BOOST_TEST(rig.fetch == 0u);
    BOOST_TEST((rig.pass_to_wake() == expected));
    BOOST_TEST(rig.fetch > 0u);
  }
  BOOST_TEST(rig.fsm->source_down());
  BOOST_TEST(rig.status().source_error == "it is away");
  BOOST_TEST(rig.status().source_errors == 4u);

  rig.give(1);
  BOOST_TEST(!rig.fsm->source_down());
  BOOST_TEST(rig.status().source_error.empty());
  rig.end();
  rig.publish();
  rig.fail_fetch();
  BOOST_TEST((rig.pass_to_wake() == 10ms));
}

BOOST_AUTO_TEST_CASE(a_fetch_that_gives_nothing_has_failed) {
  rig_t rig;
  rig.give(0);
  BOOST_TEST(rig.fetch == 0u);
  BOOST_TEST(rig.fsm->source_down());
}

BOOST_AUTO_TEST_CASE(what_could_not_be_published_is_published_again_and_nothing_beside_it) {
  auto params = rig_t::quiet();
  params.publish_batch = 1;
  params.source_delay = 10ms;
  rig_t rig{params};
  rig.give(2);
  rig.end();
  rig.fail_publish();
  rig.end();
  BOOST_TEST(rig.publishing.empty());
  BOOST_TEST(rig.in(unpublished_queue) == 2u);
  rig.pass(10ms);
  BOOST_TEST(rig.publishing.size() == 1u);
  rig.publish();
  BOOST_TEST(last(rig).id == "id1");
  rig.publish();
  BOOST_TEST(last(rig).id == "id2");
  BOOST_TEST(rig.status().published == 2u);
}

BOOST_AUTO_TEST_CASE(the_source_is_down_until_each_of_its_functions_answers_again) {
  rig_t rig;
  rig.give(1);
  rig.fail_fetch("no fetch");
  rig.end();
  rig.fail_publish("no publish");
  rig.pass(1s);
  rig.publish();
  BOOST_TEST(rig.fsm->source_down());
  rig.give(1);
  BOOST_TEST(!rig.fsm->source_down());
}

// ---- leases ----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_leases_of_all_that_is_held_are_renewed_each_third) {
  rig_t rig{rig_t::quiet(), 9s};
  rig.give(3);
  BOOST_TEST((rig.pass_to_wake() == 3s));
  BOOST_TEST(rig.keeping_alive.size() == 3u);
  rig.keep_alive();
  rig.end();
  rig.pass(5ms);
  rig.publish();
  rig.pass(3s);
  BOOST_TEST(rig.keeping_alive.size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_outcome_that_cannot_be_published_keeps_its_lease) {
  rig_t rig{rig_t::quiet(), 9s};
  rig.give(1);
  rig.end();
  BOOST_TEST(rig.publishing.size() == 1u);
  rig.pass(3s);
  BOOST_TEST(rig.keeping_alive.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_renewal_that_failed_is_tried_again_before_the_lease_runs_out) {
  rig_t rig{rig_t::quiet(), 12s};
  rig.give(1);
  rig.pass(4s);
  for (int i = 0; i < 5; ++i) {
    BOOST_REQUIRE(rig.keeping_alive.size() == 1u);
    rig.keeping_alive.clear();
    rig.fsm->keep_alive_failed(rig.now, "it is away");
    rig.act();
    BOOST_TEST(rig.keeping_alive.empty());
    rig.pass(1s);
  }
  BOOST_TEST(rig.fsm->source_down());
}

BOOST_AUTO_TEST_CASE(without_a_lease_nothing_is_renewed) {
  rig_t rig;
  rig.give(1);
  rig.pass(1h);
  BOOST_TEST(rig.keeping_alive.empty());
}

// ---- the end ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(who_drains_ends_what_it_holds_and_fetches_no_more) {
  rig_t rig;
  rig.give(2);
  BOOST_TEST(rig.fetch > 0u);
  rig.drain(10s);
  BOOST_TEST(rig.fetch_is_cancelled);
  BOOST_TEST((rig.status().state == reeve::pipeline_state::draining));
  rig.end_cancelled_fetch();
  rig.end_all();
  BOOST_TEST(!rig.over);
  rig.publish_all();
  BOOST_TEST(rig.over);
  BOOST_TEST((rig.status().state == reeve::pipeline_state::stopped));
  BOOST_TEST(rig.status().completed == 2u);
}

BOOST_AUTO_TEST_CASE(what_a_cancelled_fetch_brings_all_the_same_is_done) {
  rig_t rig;
  rig.drain(10s);
  rig.give(1);
  BOOST_TEST(!rig.over);
  rig.end();
  rig.publish();
  BOOST_TEST(rig.over);
  BOOST_TEST(rig.fetch == 0u);
}

BOOST_AUTO_TEST_CASE(who_has_nothing_is_over_once_its_fetch_has_ended) {
  rig_t rig;
  rig.drain(10s);
  BOOST_TEST(!rig.over);
  rig.end_cancelled_fetch();
  BOOST_TEST(rig.over);
}

BOOST_AUTO_TEST_CASE(what_has_not_ended_by_the_deadline_is_cancelled_and_handed_back) {
  auto params = rig_t::quiet();
  params.max_running = 2;
  rig_t rig{params};
  rig.give(4);
  BOOST_TEST(rig.in(fetched_queue) == 2u);
  BOOST_TEST(rig.fetch == 0u);
  rig.drain(10s);
  rig.pass(10s);
  BOOST_TEST(rig.cancelled_calls.size() == 2u);
  BOOST_TEST(rig.in(fetched_queue) == 0u);
  rig.end(verdict::hand_back);
  rig.end(verdict::complete);  // it was quicker
  rig.publish_all();
  BOOST_TEST(rig.over);
  BOOST_TEST(rig.status().handed_back == 3u);
  BOOST_TEST(rig.status().completed == 1u);
  BOOST_TEST(rig.status().abandoned == 0u);
}

BOOST_AUTO_TEST_CASE(the_calls_are_cancelled_once) {
  rig_t rig;
  rig.give(2);
  rig.drain(0s);
  BOOST_TEST(rig.cancelled_calls.size() == 2u);
  rig.pass(1s);
  BOOST_TEST(rig.cancelled_calls.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_handed_back_is_left_to_its_lease) {
  auto params = rig_t::quiet();
  params.abandon_after = 3s;
  rig_t rig{params};
  rig.give(2);
  rig.end();
  rig.pass(5ms);
  rig.fail_publish();
  rig.drain(1s);
  rig.end_cancelled_fetch();
  rig.pass(1s);
  BOOST_TEST(!rig.over);
  rig.pass(3s);
  BOOST_TEST(rig.over);
  BOOST_TEST(rig.status().abandoned == 2u);
}

BOOST_AUTO_TEST_CASE(a_second_drain_only_brings_the_end_forward) {
  rig_t rig;
  rig.give(1);
  rig.drain(10s);
  rig.drain(20s);
  BOOST_TEST((rig.pass_to_wake() == 10s));
  BOOST_TEST(rig.cancelled_calls.size() == 1u);
}

// ---- how much is fetched ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(quick_tasks_are_fetched_in_whole_batches_before_long) {
  rig_t rig;
  BOOST_TEST(rig.fetch == 4u);
  std::size_t rounds = 0;
  while (rig.fetch < rig.params.fetch_batch && rounds < 100) {
    rig.give(rig.fetch);
    rig.pass(1ms);
    rig.end_all({.duration = 10us});
    rig.publish_all();
    ++rounds;
  }
  BOOST_TEST(rounds < 20u);
}

BOOST_AUTO_TEST_CASE(slow_tasks_are_left_to_others) {
  rig_t rig;
  for (int i = 0; i < 20; ++i) {
    while (rig.fetch != 0) rig.give(rig.fetch);
    // Each of the two places takes ten seconds for a task.
    rig.pass(10s);
    auto const begun = rig.now - 10s;
    for (int n = 0; n < 2 && !rig.running.empty(); ++n) rig.end({.duration = rig.now - begun});
    rig.publish_all();
  }
  BOOST_TEST(rig.fsm->held() <= 8u);
  BOOST_TEST(rig.fsm->held() >= 2u);
}

BOOST_AUTO_TEST_SUITE_END()
