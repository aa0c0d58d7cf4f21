// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/random_ids.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

BOOST_AUTO_TEST_SUITE(random_trace_ids)

namespace {

using namespace reeve;

// Chances that are this far off come once in 500 million.
constexpr double deviations = 6;

}  // namespace

BOOST_AUTO_TEST_CASE(an_id_is_below_its_bound_and_anywhere_there) {
  for (auto const bound : {std::uint64_t{1}, std::uint64_t{1000}, sampled_parts / 100, sampled_parts}) {
    constexpr int drawn = 10'000;
    int in_upper_half = 0;
    std::set<std::uint8_t> first_bytes;
    for (int i = 0; i < drawn; ++i) {
      auto const id = random_trace_id_below(bound);
      BOOST_TEST_REQUIRE(sampled_part(id) < bound);
      if (sampled_part(id) >= bound / 2) ++in_upper_half;
      first_bytes.insert(id[0]);
    }
    BOOST_TEST(first_bytes.size() == 256u);
    if (bound > 1) BOOST_TEST(std::abs(in_upper_half - drawn / 2) < deviations * std::sqrt(drawn) / 2);
  }
}

BOOST_AUTO_TEST_CASE(the_bit_that_no_sampler_sees_is_random_too) {
  constexpr int drawn = 10'000;
  int set = 0;
  for (int i = 0; i < drawn; ++i) set += random_trace_id_below(sampled_parts)[15] & 1;
  BOOST_TEST(std::abs(set - drawn / 2) < deviations * std::sqrt(drawn) / 2);
}

BOOST_AUTO_TEST_CASE(distances_are_those_of_independent_draws) {
  constexpr double share = 0.02;
  constexpr int drawn = 50'000;
  auto const bound = static_cast<std::uint64_t>(share * static_cast<double>(sampled_parts));
  double sum = 0;
  int at_once = 0;
  for (int i = 0; i < drawn; ++i) {
    auto const distance = random_ids_until_below(bound);
    sum += static_cast<double>(distance);
    if (distance == 0) ++at_once;
  }
  auto const expected = (1 - share) / share;
  BOOST_TEST(std::abs(sum / drawn - expected) < deviations * std::sqrt(1 - share) / share / std::sqrt(drawn));
  BOOST_TEST(std::abs(at_once - share * drawn) < deviations * std::sqrt(share * (1 - share) * drawn));
}

BOOST_AUTO_TEST_CASE(all_come_at_once_and_none_ever) {
  BOOST_TEST(random_ids_until_below(sampled_parts) == 0u);
  BOOST_TEST(random_ids_until_below(0) == std::numeric_limits<std::uint64_t>::max());
  BOOST_TEST(random_ids_until_below(1) > 1'000'000u);
}

BOOST_AUTO_TEST_SUITE_END()
