// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/span_record.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(attribute_packing)

namespace {

using namespace reeve;

std::vector<span_attribute> unpacked(packed_attributes const& from) {
  std::vector<span_attribute> out;
  packed_attributes::unpack(from.bytes(), out);
  BOOST_TEST(out.size() == from.size());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_attribute_takes_the_place_of_another_of_its_name) {
  packed_attributes packed;
  BOOST_TEST(packed.set_text("a", "first", 128));
  BOOST_TEST(packed.set("b", attribute_value{true}, 128));
  BOOST_TEST(packed.set("ab", attribute_value{1.5}, 128));
  BOOST_TEST(packed.set("a", attribute_value{std::int64_t{2}}, 128));
  BOOST_TEST(packed.set_text("b", std::string(500, 'b'), 128));
  std::vector<span_attribute> const expected{
      {"ab", 1.5}, {"a", std::int64_t{2}}, {"b", std::string(500, 'b')}};
  BOOST_TEST((unpacked(packed) == expected));
}

BOOST_AUTO_TEST_CASE(there_are_no_more_than_the_most_but_those_that_are_there_may_change) {
  packed_attributes packed;
  BOOST_TEST(packed.set_text("a", "1", 2));
  BOOST_TEST(packed.set_text("b", "2", 2));
  BOOST_TEST(!packed.set_text("c", "3", 2));
  BOOST_TEST(packed.set_text("a", "4", 2));
  std::vector<span_attribute> const expected{{"b", std::string{"2"}}, {"a", std::string{"4"}}};
  BOOST_TEST((unpacked(packed) == expected));
}

BOOST_AUTO_TEST_CASE(names_and_texts_may_be_empty_or_have_any_bytes) {
  packed_attributes packed;
  std::string const zeros(3, '\0');
  packed.set_text("", "", 128);
  packed.set_text(zeros, zeros, 128);
  std::vector<span_attribute> const expected{{"", std::string{}}, {zeros, zeros}};
  BOOST_TEST((unpacked(packed) == expected));
  BOOST_TEST(unpacked({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
