// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/readiness.hpp"

#include "metrics_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

BOOST_AUTO_TEST_SUITE(readiness)

namespace {

using namespace reeve;
using namespace reeve::test;

template <class Status>
std::string missing_in(Status const& status) {
  detail::missing_list missing;
  missing.look_at("x", status);
  return missing.text();
}

pool_status pool_with(bool ready, bool draining, pool_state state = pool_state::running) {
  pool_status status{.state = state, .size = 1};
  status.workers = {{.worker = {"pool.1", 0, 1}, .pid = 10, .ready = ready, .draining = draining}};
  return status;
}

}  // namespace

BOOST_AUTO_TEST_CASE(workers_that_run_or_are_meant_to_be_down_are_not_missing) {
  for (auto const state : {worker_state::running, worker_state::stopped, worker_state::finished})
    BOOST_TEST(missing_in(supervisor_status{.workers = {worker_in(state)}}).empty());
  BOOST_TEST(missing_in(supervisor_status{}).empty());
}

BOOST_AUTO_TEST_CASE(a_worker_that_should_run_and_does_not_is_named) {
  for (auto const state : {worker_state::pending, worker_state::starting, worker_state::stopping,
                           worker_state::backoff, worker_state::failed}) {
    auto const expected = std::string{"supervisor x: worker w/3#1 is "} + to_string(state) + '\n';
    BOOST_TEST(missing_in(supervisor_status{.workers = {running_worker("w"), worker_in(state, "w", 3)}}) ==
               expected);
  }
}

BOOST_AUTO_TEST_CASE(a_pool_needs_a_worker_that_takes_tasks) {
  BOOST_TEST(missing_in(pool_with(true, false)).empty());
  BOOST_TEST(missing_in(pool_with(false, false)) == "pool x has no worker that takes tasks\n");
  BOOST_TEST(missing_in(pool_with(true, true)) == "pool x has no worker that takes tasks\n");
  BOOST_TEST(missing_in(pool_with(true, false, pool_state::closing)) == "pool x is closing\n");
}

BOOST_AUTO_TEST_CASE(a_pipeline_needs_its_source) {
  BOOST_TEST(missing_in(pipeline_status{.state = pipeline_state::running}).empty());
  BOOST_TEST(missing_in(pipeline_status{}) == "pipeline x is idle\n");
  BOOST_TEST(missing_in(pipeline_status{.state = pipeline_state::running, .source_error = "no route"}) ==
             "pipeline x: its source: no route\n");
}

BOOST_AUTO_TEST_CASE(of_many_things_only_some_are_told) {
  supervisor_status status;
  for (std::size_t i = 0; i < 1'000; ++i) status.workers.push_back(worker_in(worker_state::failed, "w", i));
  auto const text = missing_in(status);
  BOOST_TEST(std::ranges::count(text, '\n') == 21);
  BOOST_TEST(text.ends_with("\nand 980 more\n"));
}

BOOST_AUTO_TEST_SUITE_END()
