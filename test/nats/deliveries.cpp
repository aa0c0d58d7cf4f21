// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/delivery_map.hpp"
#include "nats/nats_messages.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(deliveries)

namespace {

using namespace reeve::detail;

std::vector<nats_ptr<natsMsg>> messages(std::vector<std::string> const& subjects) {
  BOOST_REQUIRE(nats_Open(-1) == NATS_OK);  // else it cannot destroy them
  std::vector<nats_ptr<natsMsg>> made;
  for (auto const& subject : subjects) made.push_back(make_message(subject.c_str(), nullptr, {}));
  return made;
}

std::vector<std::uint64_t> add(delivery_map& map, std::vector<std::string> const& subjects) {
  auto list = messages(subjects);
  std::vector<std::uint64_t> numbers;
  map.add(list, numbers);
  return numbers;
}

std::vector<std::string> found(delivery_map const& map, std::vector<std::uint64_t> const& numbers) {
  std::vector<natsMsg*> list;
  map.find(numbers, list);
  std::vector<std::string> subjects;
  for (auto* const m : list) subjects.emplace_back(m ? std::string{subject_of(m)} : "none");
  return subjects;
}

using strings = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_added_is_found_by_its_number) {
  delivery_map map;
  auto const numbers = add(map, {"a", "b"});
  BOOST_TEST(map.size() == 2U);
  BOOST_TEST(found(map, {numbers[1], numbers[0]}) == (strings{"b", "a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_taken_is_not_found_again_though_its_place_is_used) {
  delivery_map map;
  auto const old = add(map, {"a"});
  BOOST_TEST(map.take(old).size() == 1U);
  BOOST_TEST(map.take(old).empty());
  auto const fresh = add(map, {"b"});
  BOOST_TEST(found(map, {old[0], fresh[0]}) == (strings{"none", "b"}), boost::test_tools::per_element());
  BOOST_TEST(map.size() == 1U);
}

BOOST_AUTO_TEST_CASE(numbers_that_nobody_had_are_not_found) {
  delivery_map map;
  auto const numbers = add(map, {"a"});
  for (auto const n :
       {std::uint64_t{0}, numbers[0] + 1, numbers[0] + (std::uint64_t{1} << 32U), ~std::uint64_t{0}})
    BOOST_TEST(found(map, {n}) == strings{"none"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_number_is_zero_or_used_twice) {
  delivery_map map;
  std::set<std::uint64_t> seen{0};
  for (int round = 0; round < 100; ++round) {
    auto const numbers = add(map, {"a", "b", "c"});
    for (auto const n : numbers) BOOST_TEST(seen.insert(n).second);
    map.take(std::vector{numbers[0], numbers[2]});
  }
  BOOST_TEST(map.size() == 100U);
}

BOOST_AUTO_TEST_SUITE_END()
