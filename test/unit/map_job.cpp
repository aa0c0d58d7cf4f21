// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "map_rig.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(map_job)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

}  // namespace

BOOST_AUTO_TEST_CASE(every_element_is_run_once_and_keeps_its_number) {
  map_rig r{{.count = 100}};
  r.start();
  r.run_all();
  BOOST_TEST(r.sink->ends == 1);
  BOOST_TEST(r.sink->error() == "");
  BOOST_TEST(r.sink->results.size() == 100u);
  for (std::size_t i = 0; i < 100; ++i) BOOST_TEST(r.sink->results[i] == "<" + std::to_string(i) + ">");
}

BOOST_AUTO_TEST_CASE(a_range_of_one_is_one_batch) {
  map_rig r{{.count = 1}};
  r.start();
  r.run_all();
  BOOST_TEST(r.sink->results.at(0) == "<0>");
  BOOST_TEST(r.pool->sizes == (std::vector<std::uint32_t>{1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_empty_range_ends_at_once_but_not_inside_the_start) {
  for (bool const sized : {true, false}) {
    map_rig r{{.count = 0, .sized = sized}};
    r.job->start();
    BOOST_TEST(r.sink->ends == 0);
    r.poll();
    BOOST_TEST(r.sink->ends == 1);
    BOOST_TEST(r.sink->error() == "");
    BOOST_TEST(r.pool->sizes.empty());
  }
}

BOOST_AUTO_TEST_CASE(the_range_is_read_on_the_executor) {
  map_rig r{{.count = 3}};
  r.job->start();
  BOOST_TEST(r.read() == 0u);
  r.poll();
  BOOST_TEST(r.read() > 0u);
}

BOOST_AUTO_TEST_CASE(two_chunks_for_each_worker_are_in_flight) {
  for (std::size_t const workers : {0U, 1U, 3U}) {
    map_rig r{{.count = 100}};
    r.pool->count = workers;
    r.start();
    auto const most = 2 * std::max<std::size_t>(workers, 1);
    BOOST_TEST(r.pool->waiting.size() == most);
    r.pool->run_one();
    BOOST_TEST(r.pool->waiting.size() == most);
  }
}

BOOST_AUTO_TEST_CASE(chunks_grow_where_elements_are_quick) {
  map_rig r{{.count = 100'000}};
  r.pool->run_time = 1us;
  r.start();
  r.run_all();
  BOOST_TEST(r.sink->results.size() == 100'000u);
  BOOST_TEST(r.pool->sizes.front() == 1u);
  BOOST_TEST(*std::ranges::max_element(r.pool->sizes) == 2000u);
  BOOST_TEST(r.pool->sizes.size() < 200u);
}

BOOST_AUTO_TEST_CASE(slow_elements_go_alone) {
  map_rig r{{.count = 50}};
  r.pool->run_time = 1s;
  r.start();
  r.run_all();
  BOOST_TEST(r.pool->sizes.size() == 50u);
}

BOOST_AUTO_TEST_CASE(a_long_chunk_is_measured_before_it_ends) {
  map_rig r{{.count = 100'000}};
  r.pool->run_time = 1us;
  r.start();
  while (r.pool->sizes.back() < 500) r.pool->run_one();
  r.pool->run_time = 1s;
  auto slow = r.pool->take();
  slow.succeed(0, 1s);
  r.pool->run_time = 1us;  // but what was measured counts
  r.pool->run_one();
  BOOST_TEST(r.pool->sizes.back() <= 4u);
  for (std::uint32_t i = 1; i < slow.what.count; ++i) slow.succeed(i, 1s);
  slow.sink->end();
  r.run_all();
  BOOST_TEST(r.sink->results.size() == 100'000u);
}

BOOST_AUTO_TEST_CASE(failures_that_took_time_are_measured_too) {
  map_rig r{{.count = 10'000}};
  r.pool->run_time = 1us;
  r.pool->fails = [](std::string const&) { return true; };
  r.start();
  r.run_all();
  BOOST_TEST(r.sink->errors.size() == 10'000u);
  BOOST_TEST(r.pool->sizes.size() < 200u);
}

BOOST_AUTO_TEST_CASE(a_given_chunk_is_kept) {
  map_rig r{{.count = 100}, {.chunk = 30}};
  r.start();
  r.run_all();
  BOOST_TEST(r.pool->sizes == (std::vector<std::uint32_t>{30, 30, 30, 10}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_chunk_ends_where_it_has_a_mebibyte) {
  map_rig r{{.count = 8, .padding = 400'000}, {.chunk = 100}};
  r.start();
  r.run_all();
  BOOST_TEST(r.pool->sizes == (std::vector<std::uint32_t>{3, 3, 2}), boost::test_tools::per_element());
  BOOST_TEST(r.sink->results.size() == 8u);
}

BOOST_AUTO_TEST_CASE(options_and_function_travel_with_every_batch) {
  auto const options = std::make_shared<call_options const>(call_options{.max_attempts = 7});
  map_rig r{{.count = 3}, {.function = 42, .options = options}};
  r.start();
  while (!r.pool->waiting.empty()) {
    auto const b = r.pool->take();
    BOOST_TEST(b.what.function == 42u);
    BOOST_TEST(b.what.options == options);
    b.run(1us);
  }
}

BOOST_AUTO_TEST_CASE(in_a_settled_map_every_element_has_its_own_end) {
  map_rig r{{.count = 10}};
  r.pool->fails = [](std::string const& element) { return element == "3" || element == "9"; };
  r.start();
  r.run_all();
  BOOST_TEST(r.sink->error() == "");
  BOOST_TEST(r.sink->results.size() == 8u);
  BOOST_TEST(text_of(r.sink->errors.at(3)) == "failed: 3");
  BOOST_TEST(text_of(r.sink->errors.at(9)) == "failed: 9");
}

BOOST_AUTO_TEST_CASE(the_first_error_ends_a_map_once_all_that_runs_has_ended) {
  map_rig r{{.count = 100}, {.first_error_ends = true}};
  r.start();
  auto const read = r.read();
  auto bad = r.pool->take();
  bad.fail(0, "first");
  BOOST_TEST(r.pool->cancelled.size() == 4u);
  bad.sink->end();
  r.poll();
  BOOST_TEST(r.sink->ends == 0);
  for (int i = 0; i < 3; ++i) r.pool->abort_one();
  r.poll();
  BOOST_TEST(r.sink->ends == 1);
  BOOST_TEST(r.sink->error() == "first");  // and not what came of it
  BOOST_TEST(r.read() == read);
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_decoded_is_an_error) {
  for (bool const ends : {false, true}) {
    map_rig r{{.count = 100}, {.first_error_ends = ends}};
    r.sink->refuses = 2;
    r.start();
    r.run_all();
    BOOST_TEST(text_of(r.sink->errors.at(2)) == "refused");
    BOOST_TEST(r.sink->error() == (ends ? "refused" : ""));
    BOOST_TEST((r.sink->results.size() == 99u) == !ends);
  }
}

BOOST_AUTO_TEST_CASE(an_element_that_cannot_be_encoded_is_its_own_error) {
  for (bool const sized : {true, false}) {
    map_rig r{{.count = 10, .sized = sized, .bad = {0, 4, 5, 9}}, {.chunk = 3}};
    r.start();
    r.run_all();
    BOOST_TEST(r.sink->error() == "");
    BOOST_TEST(r.sink->errors.size() == 4u);
    for (std::size_t const i : {0U, 4U, 5U, 9U}) BOOST_TEST(text_of(r.sink->errors.at(i)) == "bad");
    for (std::size_t const i : {1U, 2U, 3U, 6U, 7U, 8U})
      BOOST_TEST(r.sink->results.at(i) == "<" + std::to_string(i) + ">");
  }
}

BOOST_AUTO_TEST_CASE(an_element_that_cannot_be_encoded_ends_a_map_whose_first_error_does) {
  map_rig r{{.count = 10, .bad = {4}}, {.chunk = 3, .first_error_ends = true}};
  r.start();
  BOOST_TEST(r.pool->waiting.size() == 1u);
  r.pool->abort_one();
  r.poll();
  BOOST_TEST(r.sink->error() == "bad");
}

BOOST_AUTO_TEST_CASE(an_element_that_is_too_long_is_a_codec_error) {
  map_rig r{{.count = 3, .padding = 0}};
  r.pool->most_bytes = 0;
  r.start();
  r.run_all();
  BOOST_REQUIRE(r.sink->errors.size() == 3u);
  BOOST_CHECK_THROW(std::rethrow_exception(r.sink->errors.at(1)), codec_error);
}

BOOST_AUTO_TEST_CASE(what_the_range_throws_ends_a_map_whose_first_error_does) {
  map_rig r{{.count = 10, .throws_at = 4}, {.chunk = 3, .first_error_ends = true}};
  r.start();
  BOOST_TEST(r.pool->waiting.size() == 1u);
  BOOST_TEST(r.pool->cancelled.size() == 1u);
  BOOST_TEST(r.sink->ends == 0);
  r.pool->abort_one();
  r.poll();
  BOOST_TEST(r.sink->error() == "thrown");
}

BOOST_AUTO_TEST_CASE(what_had_begun_ends_before_a_settled_map_tells_what_the_range_threw) {
  map_rig r{{.count = 10, .throws_at = 4}, {.chunk = 3}};
  r.start();
  BOOST_TEST(r.pool->cancelled.empty());
  r.run_all();
  BOOST_TEST(r.sink->error() == "thrown");
  BOOST_TEST(r.sink->results.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_range_that_throws_first_of_all_is_told_by_a_post) {
  map_rig r{{.count = 10, .throws_at = 0}};
  r.job->start();
  BOOST_TEST(r.sink->ends == 0);
  r.poll();
  BOOST_TEST(r.sink->error() == "thrown");
}

BOOST_AUTO_TEST_CASE(a_map_that_is_cancelled_before_it_has_read_anything_runs_nothing) {
  map_rig r{{.count = 10}};
  r.job->start();
  r.job->cancel();
  BOOST_TEST(r.sink->ends == 0);
  r.poll();
  BOOST_TEST(r.sink->ends == 1);
  BOOST_TEST(r.sink->error() == aborted_text());
  BOOST_TEST(r.read() == 0u);
}

BOOST_AUTO_TEST_CASE(a_map_that_is_cancelled_ends_when_all_that_runs_has_ended) {
  map_rig r{{.count = 100}};
  r.start();
  r.pool->run_one();
  r.job->cancel();
  r.job->cancel();
  BOOST_TEST(r.pool->cancelled.size() == 4u);  // once each
  r.poll();
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST(r.sink->ends == 0);
    r.pool->abort_one();
    r.poll();
  }
  BOOST_TEST(r.sink->ends == 1);
  BOOST_TEST(r.sink->error() == aborted_text());
  BOOST_TEST(r.sink->results.size() == 1u);
  BOOST_TEST(r.sink->errors.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_map_may_be_cancelled_by_its_own_range) {
  map_rig r{{.count = 100}, {.chunk = 10}};
  r.source->before = [&](std::size_t i) {
    if (i == 15) r.job->cancel();
  };
  r.start();
  BOOST_TEST(r.pool->waiting.size() == 1u);
  r.pool->abort_one();
  r.poll();
  BOOST_TEST(r.sink->error() == aborted_text());
  BOOST_TEST(r.sink->errors.size() == 10u);
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_submitted_while_the_map_is_cancelled_is_cancelled_too) {
  map_rig r{{.count = 100}};
  r.pool->while_submitting = [&] { r.job->cancel(); };
  r.start();
  BOOST_TEST(r.pool->waiting.size() == 1u);
  BOOST_TEST(r.pool->cancelled.contains(r.pool->waiting.front().id));
  r.pool->abort_one();
  r.poll();
  BOOST_TEST(r.sink->ends == 1);
}

BOOST_AUTO_TEST_CASE(cancelling_what_is_over_does_nothing) {
  map_rig r{{.count = 3}};
  r.start();
  r.run_all();
  r.job->cancel();
  r.job->resume();
  r.poll();
  BOOST_TEST(r.sink->ends == 1);
  BOOST_TEST(r.sink->error() == "");
  BOOST_TEST(r.pool->cancelled.empty());
}

BOOST_AUTO_TEST_CASE(a_pool_that_takes_no_more_ends_the_map) {
  map_rig r{{.count = 1000, .sized = false}};
  r.start();
  auto const read = r.read();
  while (!r.pool->waiting.empty()) r.pool->close_one();
  r.poll();
  BOOST_TEST(r.sink->ends == 1);
  BOOST_TEST(r.sink->error() == "closed");
  BOOST_TEST(r.read() == read);
  BOOST_TEST(r.sink->errors.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_settled_map_that_had_begun_them_all_has_just_outcomes) {
  map_rig r{{.count = 4}};
  r.start();
  while (!r.pool->waiting.empty()) r.pool->close_one();
  r.poll();
  BOOST_TEST(r.sink->error() == "");
  BOOST_TEST(r.sink->errors.size() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
