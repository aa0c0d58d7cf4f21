// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/slot_map.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(slots)

namespace {

using reeve::detail::slot_map;
using numbers = std::vector<std::size_t>;

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_keeps_its_slot_and_a_replacement_takes_a_free_one) {
  slot_map map;
  BOOST_TEST(map.assign({"p.1", "p.2"}) == (numbers{0, 1}), boost::test_tools::per_element());
  BOOST_TEST(map.assign({"p.1", "p.2", "p.3"}) == (numbers{0, 1, 2}), boost::test_tools::per_element());
  BOOST_TEST(map.assign({"p.2", "p.3"}) == (numbers{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(map.assign({"p.2", "p.3", "p.4", "p.5"}) == (numbers{1, 2, 0, 3}),
             boost::test_tools::per_element());
  BOOST_TEST(map.assign({}).empty());
  BOOST_TEST(map.assign({"p.2"}) == numbers{0}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(workers_without_end_need_no_more_slots_than_there_are_at_a_time) {
  slot_map map;
  std::deque<std::string> workers{"a", "b", "c"};
  for (int i = 0; i < 1'000; ++i) {
    workers.push_back(std::to_string(i));
    auto const slots = map.assign({workers.begin(), workers.end()});
    BOOST_TEST(std::ranges::max(slots) < 4U);
    BOOST_TEST((std::set<std::size_t>(slots.begin(), slots.end()).size() == slots.size()));
    workers.pop_front();
  }
}

BOOST_AUTO_TEST_SUITE_END()
