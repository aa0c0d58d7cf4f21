// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "channel_model.hpp"
#include "channel_model_pool.hpp"
#include "channel_model_worker.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

// The protocol of the task channel, in every order in which the two sides can make their steps: no task is run twice
// or lost, nobody sleeps while there is something to do, and what the worker's death leaves is judged rightly.

BOOST_AUTO_TEST_SUITE(task_channel_explore)

namespace {

using namespace reeve::test::channel_model;

struct exploration {
  std::size_t states = 0;
  std::string complaint;
};

class explorer {
 public:
  explicit explorer(scenario const& what) : j_{what} {}

  exploration run() {
    state first{};
    first.held.fill({none, 0});
    first.stream = first.watched = none;
    first.revocations = j_.what.revocations;
    meet(first);
    while (!open_.empty() && j_.complaint.empty()) {
      auto const s = open_.back();
      open_.pop_back();
      step(s);
      for (auto const& n : j_.found) meet(n);
    }
    return {known_.size(), j_.complaint};
  }

 private:
  void meet(state const& s) {
    if (known_.emplace(reinterpret_cast<char const*>(&s), sizeof s).second) open_.push_back(s);
  }

  void step(state const& s) {
    j_.found.clear();
    pool_program{j_}.steps(s);
    if (s.dead != 0) {
      j_.require(!j_.found.empty() || s.pool.where == at::judged, "the pool does not see the end");
      return;
    }
    worker_program{j_}.steps(s);
    if (j_.found.empty()) check_rest(s);
    if (j_.what.worker_may_die) j_.add(s, [](state& n) { n.dead = 1; });
  }

  // Nothing can happen any more.
  void check_rest(state const& s) {
    bool const hung = s.worker.where == at::hung;
    j_.require(hung || (s.worker.where == at::asleep && s.worker.then == at::free),
               "the worker waits for ever");
    j_.require(s.pool.where == at::asleep, "the pool waits for ever");
    j_.require(s.watched == none || s.runs[0] == 0, "the begin of a task was missed");
    for (auto const now : s.stages) j_.require(hung || now == stage::finished, "a task is left alone");
  }

  journal j_;
  std::unordered_set<std::string> known_;
  std::vector<state> open_;
};

constexpr auto in_slot = body::in_slot;
constexpr auto in_ring = body::in_ring;
constexpr auto streamed = body::streamed;

// `at_least` so many states: it did go somewhere.
void holds(scenario const& what, std::size_t at_least) {
  auto const found = explorer{what}.run();
  BOOST_TEST(found.complaint == "");
  BOOST_TEST_MESSAGE(found.states << " states");
  BOOST_TEST(found.states >= at_least);
}

std::string complaint_of(scenario what, flaw broken) {
  what.broken = broken;
  return explorer{what}.run().complaint;
}

}  // namespace

BOOST_AUTO_TEST_CASE(small_tasks_are_run_once_however_often_they_are_revoked) {
  holds({.bodies = {in_slot, in_slot, in_slot}, .revocations = 2}, 100'000);
}

BOOST_AUTO_TEST_CASE(bodies_in_the_ring_reach_their_tasks_however_often_they_are_revoked) {
  holds({.bodies = {in_ring, in_slot, in_ring}, .revocations = 1}, 100'000);
}

BOOST_AUTO_TEST_CASE(bodies_that_are_streamed_reach_their_tasks) {
  holds({.bodies = {streamed, in_slot, in_slot}, .revocations = 1}, 100'000);
  holds({.bodies = {in_ring, streamed, in_ring}}, 10'000);
  holds({.bodies = {streamed, streamed, in_ring}}, 10'000);
}

BOOST_AUTO_TEST_CASE(a_death_at_any_step_loses_nothing_that_did_not_begin) {
  holds({.bodies = {in_slot, in_slot, in_slot}, .revocations = 1, .worker_may_die = true}, 100'000);
  holds({.bodies = {in_ring, streamed, in_slot}, .worker_may_die = true}, 10'000);
}

BOOST_AUTO_TEST_CASE(a_begin_that_is_watched_is_never_missed) {
  holds({.bodies = {in_slot, in_slot, in_slot}, .revocations = 2, .first_hangs = true}, 10'000);
  holds({.bodies = {streamed, in_slot, in_ring}, .revocations = 1, .first_hangs = true}, 10'000);
}

// That the explorer would see it if the protocol were wrong.

BOOST_AUTO_TEST_CASE(a_side_that_does_not_look_again_before_it_sleeps_is_found_out) {
  scenario const what{.bodies = {in_slot, in_slot, in_slot}};
  BOOST_TEST(complaint_of(what, flaw::pool_does_not_look_again) == "a task is left alone");
  BOOST_TEST(complaint_of(what, flaw::worker_does_not_look_again) == "a task is left alone");
}

BOOST_AUTO_TEST_CASE(a_worker_that_looks_for_the_sleeper_before_it_publishes_is_found_out) {
  scenario const what{.bodies = {in_slot, in_slot, in_slot}};
  BOOST_TEST(complaint_of(what, flaw::worker_looks_before_it_publishes) == "a task is left alone");
}

BOOST_AUTO_TEST_CASE(a_claim_that_does_not_regard_the_sequence_is_found_out) {
  scenario const what{.bodies = {in_slot, in_ring, in_slot}, .revocations = 1};
  BOOST_TEST(complaint_of(what, flaw::claims_whatever_is_offered) == "a task gets the bytes of another one");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_skipped_are_found_out) {
  scenario const what{.bodies = {in_ring, in_ring, in_slot}, .revocations = 1};
  BOOST_TEST(complaint_of(what, flaw::does_not_skip_bytes) == "a task gets the bytes of another one");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_written_before_a_stream_is_found_out) {
  scenario const what{.bodies = {streamed, in_ring, in_slot}};
  BOOST_TEST(complaint_of(what, flaw::writes_a_body_before_a_stream) ==
             "a task gets the bytes of another one");
}

BOOST_AUTO_TEST_CASE(a_worker_that_does_not_tell_of_free_entries_is_found_out) {
  scenario const what{.bodies = {in_slot, in_slot, in_slot}, .revocations = 2};
  BOOST_TEST(complaint_of(what, flaw::does_not_tell_of_entries) == "a task is left alone");
}

BOOST_AUTO_TEST_CASE(a_pool_that_judges_before_it_drains_is_found_out) {
  scenario const what{.bodies = {in_slot, in_slot, in_slot}, .worker_may_die = true};
  BOOST_TEST(complaint_of(what, flaw::judges_before_it_drains) == "a result that was written is lost");
}

BOOST_AUTO_TEST_SUITE_END()
