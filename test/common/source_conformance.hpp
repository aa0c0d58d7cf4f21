// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What every `task_source` must do. A kind of source is tested by a file with its rig (see source_rig.hpp),
// and
//
//     BOOST_AUTO_TEST_SUITE(my_source_conformance)
//     namespace {
//     struct rig final : reeve::test::source_rig {
//       explicit rig(std::chrono::milliseconds lease);
//       ...
//     };
//     }  // namespace
//     REEVE_SOURCE_CONFORMANCE(rig)
//     BOOST_AUTO_TEST_SUITE_END()
//
// which makes a test case of each behaviour, with a rig of its own: a queue that nothing is in, with no name
// or stream that another test has used. Where there is no engine to test with, give the suite a precondition.
//
// Time is real. Leases are short only where one is to run out, and no test relies on being quicker than one:
// an outcome that comes late counts, and a task that is expected again may come again more than once.

#include "source_conformance_delivery.hpp"
#include "source_conformance_outcomes.hpp"
#include "source_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>

#define REEVE_SOURCE_BEHAVIOUR(rig, name) \
  BOOST_AUTO_TEST_CASE(name) { \
    reeve::test::source_conformance::name( \
        [](std::chrono::milliseconds lease) -> std::unique_ptr<reeve::test::source_rig> { \
          return std::make_unique<rig>(lease); \
        }); \
  }

#define REEVE_SOURCE_CONFORMANCE(rig) \
  REEVE_SOURCE_BEHAVIOUR(rig, what_was_submitted_is_delivered) \
  REEVE_SOURCE_BEHAVIOUR(rig, payloads_may_be_any_bytes) \
  REEVE_SOURCE_BEHAVIOUR(rig, at_most_so_many_are_fetched_at_a_time) \
  REEVE_SOURCE_BEHAVIOUR(rig, deliveries_that_are_out_have_numbers_of_their_own) \
  REEVE_SOURCE_BEHAVIOUR(rig, a_fetch_waits_until_there_is_something) \
  REEVE_SOURCE_BEHAVIOUR(rig, a_fetch_can_be_cancelled_and_loses_nothing) \
  REEVE_SOURCE_BEHAVIOUR(rig, a_fetch_that_is_cancelled_when_a_task_comes_loses_nothing) \
  REEVE_SOURCE_BEHAVIOUR(rig, a_task_that_is_submitted_twice_is_delivered_once) \
  REEVE_SOURCE_BEHAVIOUR(rig, publishing_and_renewing_go_on_beside_a_fetch) \
  REEVE_SOURCE_BEHAVIOUR(rig, two_consumers_share_a_thousand_tasks) \
  REEVE_SOURCE_BEHAVIOUR(rig, an_outcome_that_is_published_twice_is_recorded_once) \
  REEVE_SOURCE_BEHAVIOUR(rig, an_outcome_of_an_unknown_delivery_is_no_error) \
  REEVE_SOURCE_BEHAVIOUR(rig, nothing_may_be_published_and_nothing_renewed) \
  REEVE_SOURCE_BEHAVIOUR(rig, a_task_that_has_ended_is_not_delivered_again) \
  REEVE_SOURCE_BEHAVIOUR(rig, a_retry_is_delivered_again_after_its_delay) \
  REEVE_SOURCE_BEHAVIOUR(rig, what_is_handed_back_is_delivered_again_at_once) \
  REEVE_SOURCE_BEHAVIOUR(rig, what_a_dead_consumer_held_is_delivered_to_another) \
  REEVE_SOURCE_BEHAVIOUR(rig, a_late_outcome_counts_if_it_is_the_first) \
  REEVE_SOURCE_BEHAVIOUR(rig, what_is_renewed_is_not_delivered_again)
