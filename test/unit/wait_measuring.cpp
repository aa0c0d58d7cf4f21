// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/wait_sampling.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>

BOOST_AUTO_TEST_SUITE(wait_measuring)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

struct waits_rig {
  // As how many those that are measured count, all together, of so many tasks at that distance.
  std::uint64_t submit(int tasks, std::chrono::nanoseconds apart) {
    std::uint64_t counted = 0;
    for (int i = 0; i < tasks; ++i) {
      now += apart;
      auto const stands_for = waits.take(alone);
      if (stands_for == 0) continue;
      ++readings;
      counted += stands_for;
      waits.measured(now);
    }
    return counted;
  }

  bool alone = false;
  wait_sampling waits;
  wait_sampling::clock::time_point now{100s};
  int readings = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(each_task_that_comes_by_itself_is_measured, waits_rig) {
  BOOST_TEST(submit(1000, 5us) == 1000u);
  BOOST_TEST(readings == 1000);
}

BOOST_FIXTURE_TEST_CASE(of_many_quick_ones_one_stands_for_many, waits_rig) {
  BOOST_TEST(submit(128, 400ns) == 128u);
  readings = 0;
  auto const counted = submit(64'000, 400ns);
  BOOST_TEST(readings > 800);
  BOOST_TEST(readings < 1200);
  BOOST_TEST(counted == 64u * static_cast<unsigned>(readings));
}

BOOST_FIXTURE_TEST_CASE(once_they_come_slowly_each_is_measured_again, waits_rig) {
  submit(1000, 400ns);
  submit(2000, 1ms);
  readings = 0;
  BOOST_TEST(submit(10, 1ms) == 10u);
  BOOST_TEST(readings == 10);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_alone_is_measured_and_stands_for_itself, waits_rig) {
  submit(1000, 400ns);
  readings = 0;
  alone = true;
  BOOST_TEST(submit(3, 400ns) == 3u);
  BOOST_TEST(readings == 3);
}

// Every task of a burst counts alike: what is counted would else be the wait of the first ones, or of the last.
BOOST_FIXTURE_TEST_CASE(no_place_in_a_burst_is_preferred, waits_rig) {
  for (int const size : {5, 13, 64, 65, 100}) {
    submit(1000, 400ns);
    double places = 0;
    double counted = 0;
    for (int burst = 0; burst < 2'000'000 / size; ++burst)
      for (int place = 0; place < size; ++place) {
        auto const count = static_cast<double>(submit(1, 400ns));
        places += count * place;
        counted += count;
      }
    BOOST_TEST(std::abs(places / counted - (size - 1) / 2.0) < 0.02 * size, "bursts of " << size);
  }
}

BOOST_FIXTURE_TEST_CASE(two_at_once_are_both_measured, waits_rig) { BOOST_TEST(submit(2, 0ns) == 2u); }

BOOST_AUTO_TEST_SUITE_END()
