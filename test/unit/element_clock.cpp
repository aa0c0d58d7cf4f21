// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/element_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(element_clock)

namespace {

using namespace std::chrono_literals;
using times = reeve::element_clock;
using time_point = times::clock::time_point;

// Elements that follow each other, in virtual time.
struct rig {
  times measured;
  time_point now{1h};
  int readings = 0;

  auto read() {
    return [this] {
      ++readings;
      return now;
    };
  }
  // When it is said to have begun.
  time_point begin(bool exact = false) { return measured.begin(exact, read()); }
  std::chrono::nanoseconds end(std::chrono::nanoseconds takes, bool last = false) {
    now += takes;
    return measured.end(last, read());
  }
  std::chrono::nanoseconds run(std::chrono::nanoseconds takes, bool last = false) {
    begin();
    return end(takes, last);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(slow_elements_are_measured_one_by_one, rig) {
  for (int i = 0; i < 5; ++i) {
    auto const at = now;
    BOOST_TEST((begin() == at));
    BOOST_TEST((end(1us) == 1us));
    now += 1ms;  // until the next one begins
  }
  BOOST_TEST(readings == 10);
}

BOOST_FIXTURE_TEST_CASE(of_quick_elements_the_time_is_that_of_all, rig) {
  BOOST_TEST((run(10ns) == 10ns));
  std::chrono::nanoseconds sum{};
  for (int i = 0; i < 160; ++i) sum += run(10ns);
  BOOST_TEST((sum == 1600ns));
  BOOST_TEST(readings < 2 + 20);
}

BOOST_FIXTURE_TEST_CASE(a_begin_is_never_too_late_and_hardly_too_early, rig) {
  for (int i = 0; i < 100; ++i) {
    auto const at = now;
    auto const said = begin();
    BOOST_TEST((said <= at));
    BOOST_TEST((at - said < times::quick * times::together));
    end(99ns);
  }
}

BOOST_FIXTURE_TEST_CASE(an_exact_begin_is_exact_after_quick_elements_too, rig) {
  for (int i = 0; i < 40; ++i) {
    run(10ns);
    auto const at = now;
    BOOST_TEST((begin(true) == at));
    BOOST_TEST((end(10ns) == 10ns));
  }
}

BOOST_FIXTURE_TEST_CASE(the_last_element_is_measured, rig) {
  run(10ns);
  BOOST_TEST((run(10ns) == 0ns));
  BOOST_TEST((run(10ns, true) == 20ns));
  now += 1s;  // until the next task
  auto const at = now;
  BOOST_TEST((begin() == at));
}

BOOST_FIXTURE_TEST_CASE(a_slow_one_among_quick_ones_ends_their_being_measured_together, rig) {
  run(10ns);
  std::chrono::nanoseconds said{};
  int elements = 0;
  for (run(1ms); said == 0ns; ++elements) said = run(10ns);
  BOOST_TEST((said >= 1ms));
  BOOST_TEST(elements <= 15);
  BOOST_TEST((run(20ns) == 20ns));
}

BOOST_FIXTURE_TEST_CASE(what_was_in_between_is_not_measured, rig) {
  run(10ns);
  run(10ns);
  now += 1s;  // it waited for room
  measured.forget();
  auto const at = now;
  BOOST_TEST((begin() == at));
  BOOST_TEST((end(10ns, true) == 10ns));
}

BOOST_AUTO_TEST_SUITE_END()
