// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// W3C Baggage.

#include "reeve/baggage.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(baggage)

BOOST_AUTO_TEST_CASE(its_entries_are_read) {
  reeve::baggage const read{"userId=alice, serverNode = DF%2028 ; private ; ttl = 3 ,empty="};
  BOOST_REQUIRE(read.entries().size() == 3u);
  BOOST_TEST((read.find("userId") == "alice"));
  BOOST_TEST((read.find("serverNode") == "DF 28"));
  BOOST_TEST(read.entries()[1].properties == "private;ttl = 3");
  BOOST_TEST((read.find("empty") == ""));
  BOOST_TEST(!read.find("userid").has_value());
  BOOST_TEST(read.to_string() == "userId=alice,serverNode=DF%2028;private;ttl = 3,empty=");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_left_out) {
  for (auto const* bad :
       {"", "a", "=1", "a b=1", "a=\"1\"", "a=1 2", "a=1;b c", "a=\xc3\xa4", "a=1\\2", "(=1", "a=1;=x"}) {
    reeve::baggage const read{std::string{bad} + ",good=1"};
    BOOST_TEST(read.entries().size() == 1u, bad);
    BOOST_TEST((read.find("good") == "1"), bad);
  }
}

BOOST_AUTO_TEST_CASE(any_value_travels) {
  reeve::baggage sent;
  std::string const value = "\xc3\xa4 \"x\", 100% ;\\=\n";
  BOOST_TEST(sent.set("k", value));
  reeve::baggage const received{sent.to_string()};
  BOOST_TEST((received.find("k") == value));
}

BOOST_AUTO_TEST_CASE(a_percent_sign_before_no_digits_is_one) {
  BOOST_TEST((reeve::baggage{"a=100%"}.find("a") == "100%"));
  BOOST_TEST((reeve::baggage{"a=%zz%4"}.find("a") == "%zz%4"));
  BOOST_TEST((reeve::baggage{"a=%41%c3%A4"}.find("a") == "A\xc3\xa4"));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_replaced) {
  std::string const mark = "\xef\xbf\xbd";
  BOOST_TEST((reeve::baggage{"a=x%FFy%c3"}.find("a") == "x" + mark + "y" + mark));
  BOOST_TEST((reeve::baggage{"a=%ed%a0%80"}.find("a") == mark + mark + mark));
  BOOST_TEST(reeve::baggage{"a=%ff"}.to_string() == "a=%EF%BF%BD");
}

BOOST_AUTO_TEST_CASE(whitespace_around_each_part_does_not_count) {
  reeve::baggage const read{"a \t = \t 1 \t ; \t p \t ; q=2 \t , \t b \t = \t 2=3 \t "};
  BOOST_REQUIRE(read.entries().size() == 2u);
  BOOST_TEST((read.entries()[0] == reeve::baggage_entry{.key = "a", .value = "1", .properties = "p;q=2"}));
  BOOST_TEST((read.entries()[1] == reeve::baggage_entry{.key = "b", .value = "2=3"}));
}

// What grows when it is written has its limit in what is written.
BOOST_AUTO_TEST_CASE(its_text_is_bounded_whatever_came) {
  std::string header = "a=";
  for (int i = 0; i < 2000; ++i) header += "%ff";
  reeve::baggage const read{header + ",b=1"};
  BOOST_TEST(!read.find("a").has_value());
  BOOST_TEST(read.to_string() == "b=1");
}

BOOST_AUTO_TEST_CASE(setting_replaces_and_erasing_removes) {
  reeve::baggage b{"a=1,b=2,a=3"};
  BOOST_TEST((b.find("a") == "3"));
  BOOST_TEST(b.set("a", "4"));
  BOOST_TEST(b.to_string() == "b=2,a=4");
  b.erase("b");
  BOOST_TEST(b.to_string() == "a=4");
  for (auto const* key : {"", "a b", "a=b", "\xc3\xa4"}) BOOST_TEST(!b.set(key, "1"));
  BOOST_TEST(b.to_string() == "a=4");
}

BOOST_AUTO_TEST_CASE(it_is_bounded) {
  std::string header;
  for (int i = 0; i < 300; ++i) header += "k" + std::to_string(i) + "=v,";
  reeve::baggage many{header};
  BOOST_TEST(many.entries().size() == reeve::baggage::max_entries);
  BOOST_TEST(!many.set("one more", "v"));
  BOOST_TEST(!many.set("more", "v"));

  reeve::baggage big{"a=" + std::string(8000, 'x') + ",b=" + std::string(500, 'y') + ",c=1"};
  BOOST_TEST(!big.find("b").has_value());
  BOOST_TEST((big.find("c") == "1"));
  BOOST_TEST(!big.set("d", std::string(300, 'z')));
  BOOST_TEST(!big.set("c", std::string(300, 'z')));
  BOOST_TEST((big.find("c") == "1"));
  BOOST_TEST(big.to_string().size() <= reeve::baggage::max_size);
}

BOOST_AUTO_TEST_SUITE_END()
