// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// How a map and its pool, its reader and the threads get along.

#include "map_rig.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(map_job_flow)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

}  // namespace

BOOST_AUTO_TEST_CASE(a_map_keeps_its_pool_open_until_it_is_over) {
  map_rig r{{.count = 9}};
  r.start();
  BOOST_TEST(r.pool->opened == 1);
  BOOST_TEST(r.pool->waiting.front().what.kept_open);
  while (r.pool->keeper.use_count() > 1 && !r.pool->waiting.empty()) r.pool->run_one();
  BOOST_TEST(r.pool->waiting.empty());
  BOOST_TEST(r.pool->keeper.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_pool_that_is_closed_is_not_kept_open) {
  map_rig r{{.count = 9}};
  r.pool->keeper.reset();
  r.start();
  BOOST_TEST(!r.pool->waiting.front().what.kept_open);
}

BOOST_AUTO_TEST_CASE(a_stream_does_not_keep_its_pool_open) {
  map_rig r{{.count = 9}, {.read_ahead = 4}};
  r.start();
  BOOST_TEST(r.pool->opened == 0);
  BOOST_TEST(!r.pool->waiting.front().what.kept_open);
}

BOOST_AUTO_TEST_CASE(only_so_many_elements_are_begun_and_not_read) {
  for (std::size_t const ahead : {1U, 3U, 10U}) {
    map_rig r{{.count = 1000}, {.read_ahead = ahead}};
    r.start();
    r.run_all();
    BOOST_TEST(r.read() == ahead);
    for (std::size_t i = 1; i <= 5; ++i) {
      r.sink->were_read = i;
      r.job->resume();
      r.run_all();
      BOOST_TEST(r.read() == ahead + i);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_given_chunk_is_no_longer_than_the_window) {
  map_rig r{{.count = 1000}, {.chunk = 100, .read_ahead = 7}};
  r.start();
  BOOST_TEST(r.pool->sizes == (std::vector<std::uint32_t>{7}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_chunk_waits_until_there_is_room_for_all_of_it) {
  map_rig r{{.count = 1000}, {.chunk = 5, .read_ahead = 10}};
  r.start();
  r.run_all();
  BOOST_TEST(r.pool->sizes.size() == 2u);
  for (std::size_t i = 1; i <= 4; ++i) {
    r.sink->were_read = i;
    r.job->resume();
    r.poll();
    BOOST_TEST(r.pool->sizes.size() == 2u);
  }
  r.sink->were_read = 5;
  r.job->resume();
  r.poll();
  BOOST_TEST(r.pool->sizes.size() == 3u);
  BOOST_TEST(r.pool->sizes.back() == 5u);
}

BOOST_AUTO_TEST_CASE(by_default_the_window_grows_with_the_chunks) {
  map_rig r{{.count = 100'000'000, .sized = false}, {.read_ahead = 0}};
  r.pool->run_time = 1us;
  r.start();
  r.run_all();
  BOOST_TEST(r.read() >= 8u);
  for (int i = 0; i < 40; ++i) {
    r.sink->were_read = r.read();
    r.job->resume();
    r.run_all();
  }
  BOOST_TEST(r.read() - r.sink->were_read == 16'000u);
  BOOST_TEST(r.pool->sizes.back() == 2000u);
}

BOOST_AUTO_TEST_CASE(a_stream_ends_after_what_had_begun_when_its_range_throws) {
  map_rig r{{.count = 10, .sized = false, .throws_at = 3}, {.read_ahead = 100}};
  r.start();
  BOOST_TEST(r.sink->ends == 0);
  r.run_all();
  BOOST_TEST(r.sink->results.size() == 3u);
  BOOST_TEST(r.sink->error() == "thrown");
}

BOOST_AUTO_TEST_CASE(progress_is_told_at_the_end_and_before_it) {
  std::vector<std::pair<std::size_t, std::size_t>> seen;
  map_rig* rig = nullptr;
  auto const note = [&](std::size_t done, std::size_t total) {
    BOOST_TEST(rig->sink->ends == 0);
    seen.emplace_back(done, total);
  };
  for (bool const sized : {true, false}) {
    seen.clear();
    map_rig r{{.count = 300, .sized = sized, .bad = {7}}, {.on_progress = note}};
    rig = &r;
    r.pool->fails = [](std::string const& element) { return element == "5"; };
    r.start();
    r.run_all();
    BOOST_TEST(r.sink->ends == 1);
    BOOST_REQUIRE(!seen.empty());
    BOOST_TEST(seen.back().first == 300u);
    for (auto const& [done, total] : seen) BOOST_TEST(total == (sized ? 300u : 0u));
    BOOST_TEST(std::ranges::is_sorted(seen));
  }
}

BOOST_AUTO_TEST_CASE(progress_is_told_meanwhile) {
  std::vector<std::size_t> seen;
  map_rig r{{.count = 1'000'000'000},
            {.chunk = 1, .on_progress = [&](std::size_t done, std::size_t) { seen.push_back(done); }}};
  r.start();
  auto const deadline = std::chrono::steady_clock::now() + 60s;
  std::size_t elements = 0;
  for (; seen.size() < 2 && std::chrono::steady_clock::now() < deadline; ++elements) {
    r.pool->run_one();
    r.poll();
  }
  BOOST_REQUIRE(seen.size() == 2u);
  BOOST_TEST(seen[0] < seen[1]);
  BOOST_TEST(seen[1] == elements);  // at once, and seldom enough that there were only two
}

BOOST_AUTO_TEST_CASE(what_the_progress_callback_throws_is_the_executors_and_the_map_goes_on) {
  map_rig r{{.count = 3}, {.on_progress = [](std::size_t, std::size_t) { throw 42; }}};
  r.start();
  while (!r.pool->waiting.empty()) r.pool->run_one();
  BOOST_CHECK_THROW(r.poll(), int);
  r.poll();
  BOOST_TEST(r.sink->ends == 1);
}

BOOST_AUTO_TEST_CASE(what_it_was_given_goes_before_its_end_is_told) {
  map_rig r{{.count = 3}};
  std::weak_ptr<void> const source = r.source->alive;
  bool gone = false;
  r.sink->at_end = [&] { gone = source.expired(); };
  r.source->alive.reset();
  r.start();
  r.run_all();
  BOOST_TEST(r.sink->ends == 1);
  BOOST_TEST(gone);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_where_the_context_goes_away) {
  std::weak_ptr<detail::map_job> job;
  std::weak_ptr<recording_sink> sink;
  {
    map_rig r{{.count = 3}};
    r.job->start();
    job = r.job;
    sink = r.sink;
  }
  BOOST_TEST(job.expired());
  BOOST_TEST(sink.expired());
}

BOOST_AUTO_TEST_CASE(batches_may_end_on_several_threads_at_once) {
  map_rig r{{.count = 20'000}};
  r.pool->count = 4;
  r.pool->run_time = 20us;
  std::atomic<bool> stop = false;
  r.start();
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i)
    workers.emplace_back([&] {
      while (!stop) {
        auto b = r.pool->try_take();
        if (b)
          b->run(20us);
        else
          std::this_thread::yield();
      }
    });
  auto const deadline = std::chrono::steady_clock::now() + 60s;
  while (r.sink->ends == 0 && std::chrono::steady_clock::now() < deadline) {
    r.poll();
    std::this_thread::yield();
  }
  stop = true;
  for (auto& w : workers) w.join();
  BOOST_TEST(r.sink->ends == 1);
  BOOST_TEST(r.sink->results.size() == 20'000u);
  BOOST_TEST(!r.sink->overlapped);
  BOOST_TEST(!r.source->overlapped());
}

BOOST_AUTO_TEST_SUITE_END()
