// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/duration_histogram.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

BOOST_AUTO_TEST_SUITE(duration_histogram)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(its_bounds_grow) {
  auto const& bounds = reeve::duration_histogram::bounds;
  BOOST_TEST(std::ranges::is_sorted(bounds, std::ranges::less_equal{}));
}

BOOST_AUTO_TEST_CASE(a_bound_belongs_to_its_bucket) {
  reeve::duration_histogram h;
  h.add(10us);
  h.add(10us + 1ns);
  h.add(600s);
  h.add(601s);
  BOOST_TEST(h.counts.front() == 1u);
  BOOST_TEST(h.counts[1] == 1u);
  BOOST_TEST(h.counts[h.counts.size() - 2] == 1u);
  BOOST_TEST(h.counts.back() == 1u);
  BOOST_TEST(h.total() == 4u);
}

BOOST_AUTO_TEST_CASE(several_count_as_so_many) {
  reeve::duration_histogram h;
  h.add(500ms, 4);
  BOOST_TEST(h.total() == 4u);
  BOOST_TEST((h.sum == 2s));
}

BOOST_AUTO_TEST_SUITE_END()
