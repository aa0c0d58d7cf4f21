// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/wait_sampling.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>

BOOST_AUTO_TEST_SUITE(wait_measuring)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

struct waits_rig {
  // What so many tasks at that distance stand for, all together; and how often the clock was read.
  std::uint64_t submit(int tasks, std::chrono::nanoseconds apart) {
    std::uint64_t counted = 0;
    for (int i = 0; i < tasks; ++i) {
      now += apart;
      if (!waits.take()) continue;
      ++readings;
      counted += waits.measured(now);
    }
    return counted;
  }

  wait_sampling waits;
  wait_sampling::clock::time_point now{100s};
  int readings = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(each_task_that_comes_by_itself_is_measured, waits_rig) {
  BOOST_TEST(submit(10, 5us) == 10u);
  BOOST_TEST(readings == 10);
}

BOOST_FIXTURE_TEST_CASE(of_quick_ones_one_stands_for_many, waits_rig) {
  BOOST_TEST(submit(2 + 640, 400ns) == 2u + 640u);
  BOOST_TEST(readings == 2 + 10);
}

BOOST_FIXTURE_TEST_CASE(once_they_come_slowly_each_is_measured_again, waits_rig) {
  submit(1000, 400ns);
  auto const before = submit(64, 1ms);  // the rest of those that were quick
  BOOST_TEST(before >= 64u);
  readings = 0;
  BOOST_TEST(submit(10, 1ms) == 10u);
  BOOST_TEST(readings == 10);
}

BOOST_FIXTURE_TEST_CASE(two_at_once_are_both_measured, waits_rig) { BOOST_TEST(submit(2, 0ns) == 2u); }

BOOST_AUTO_TEST_SUITE_END()
