// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// W3C Trace Context, level 2: the tracestate.

#include "core/trace_state.hpp"

#include "reeve/trace_context.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(trace_state)

namespace {

reeve::trace_context with_state(std::string_view header) {
  return reeve::parse_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", header);
}

std::string kept_of(std::string_view header) { return with_state(header).state; }

std::string members(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::string{"k"} + std::to_string(i) + "=v";
  return text;
}

std::string member_of_size(std::string const& key, std::size_t size) {
  return key + '=' + std::string(size - key.size() - 1, 'x');
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_kept_in_its_order) {
  BOOST_TEST(kept_of("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE") == "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  BOOST_TEST(kept_of("foo=1,bar=2,rojo=1,congo=2,baz=3") == "foo=1,bar=2,rojo=1,congo=2,baz=3");
}

BOOST_AUTO_TEST_CASE(whitespace_around_members_and_empty_members_do_not_count) {
  for (std::string const text : {"a=1,b=2", " a=1 ,\t b=2\t,,", "a=1 \t , \t b=2", "a=1\t \t,\t \tb=2",
                                 ",a=1,b=2", "a=1,,b=2", "\t a=1,b=2 \t", "a=1, \t ,b=2"})
    BOOST_TEST(kept_of(text) == "a=1,b=2", text);
  for (std::string const text : {"", ",", " \t ", " , ,"}) BOOST_TEST(kept_of(text).empty(), text);
}

BOOST_AUTO_TEST_CASE(all_characters_that_are_allowed_are_kept) {
  std::string const key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
  std::string value;
  for (char c = 0x20; c < 0x7f; ++c)
    if (c != ',' && c != '=') value += c;
  BOOST_TEST(kept_of(key + '=' + value) == key + '=' + value);
  BOOST_TEST((with_state(key + '=' + value).state_of(key) == value));
  BOOST_TEST(kept_of(key + "@a-z0-9_-*/=" + value) == key + "@a-z0-9_-*/=" + value);
  BOOST_TEST(kept_of("0a=1") == "0a=1");
  // Level 1 had a key of two parts, of a tenant and a system. In level 2 an at sign is a character like others.
  BOOST_TEST(kept_of("foo@=1,a@b@c=2") == "foo@=1,a@b@c=2");
}

// Spaces at the begin of a value are part of it; those at its end are around it.
BOOST_AUTO_TEST_CASE(a_value_may_begin_with_a_space_and_not_end_with_one) {
  BOOST_TEST(kept_of("a=  1 ,b=2") == "a=  1,b=2");
  BOOST_TEST(kept_of("a=  ,b=2").empty());
}

BOOST_AUTO_TEST_CASE(one_that_is_malformed_does_not_count_at_all) {
  for (std::string const text :
       {"a", "a=", "=1", "A=1", "a b=1", "a =1", "foo.bar=1", "a=1=2", "_a=1", "@foo=1,bar=2", "a=\x7f",
        "a=\t1", "a=1\n", "a=1,b=\xc3\xa4", "a=1,,b", "foo=,bar=3", "a=1;b=2,c"})
    BOOST_TEST(kept_of(text).empty(), text);
  BOOST_TEST(kept_of(std::string{"a=1\0", 4}).empty());
}

BOOST_AUTO_TEST_CASE(a_key_and_a_value_have_256_characters_at_most) {
  BOOST_TEST(kept_of(std::string(256, 'k') + "=" + std::string(200, 'v')).size() == 457u);
  BOOST_TEST(kept_of("a=" + std::string(256, 'v')).size() == 258u);
  BOOST_TEST(kept_of(std::string(257, 'k') + "=1").empty());
  BOOST_TEST(kept_of("a=" + std::string(257, 'v')).empty());
}

BOOST_AUTO_TEST_CASE(more_than_32_members_are_malformed) {
  BOOST_TEST(kept_of(members(32)) == members(32));
  BOOST_TEST(kept_of(members(33)).empty());
  BOOST_TEST(kept_of(std::string(1'000'000, ',') + members(32)) == members(32));
}

BOOST_AUTO_TEST_CASE(of_a_key_that_is_there_twice_the_first_counts) {
  BOOST_TEST(kept_of("foo=1,foo=1") == "foo=1");
  BOOST_TEST(kept_of("a=1,b=2,a=3") == "a=1,b=2");
}

BOOST_AUTO_TEST_CASE(of_one_that_is_too_long_the_long_members_go_first) {
  auto const first = member_of_size("first", 129);
  auto const second = member_of_size("second", 129);
  auto const edge = member_of_size("edge", 128);
  auto const small = member_of_size("small", 100);
  // 129 + 129 + 128 + 100, and commas.
  BOOST_TEST(kept_of(first + ',' + edge + ',' + second + ',' + small) ==
             first + ',' + edge + ',' + second + ',' + small);
  auto const more = member_of_size("more", 60);
  BOOST_TEST(kept_of(first + ',' + edge + ',' + second + ',' + small + ',' + more) ==
             first + ',' + edge + ',' + small + ',' + more);
}

BOOST_AUTO_TEST_CASE(then_those_at_its_end_go) {
  std::string text;
  for (int i = 10; i < 32; ++i) text += ",s" + std::to_string(i) + '=' + std::string(36, 'y');
  auto const kept = kept_of(text);
  BOOST_TEST(text.substr(1).starts_with(kept));
  BOOST_TEST(kept.size() == 12 * 40 + 11u);  // 13 of them have 532
}

BOOST_AUTO_TEST_CASE(one_of_512_characters_is_kept) {
  std::string const text = member_of_size("a", 255) + ',' + member_of_size("b", 256);
  BOOST_TEST(text.size() == 512u);
  BOOST_TEST(kept_of(text) == text);
}

BOOST_AUTO_TEST_CASE(who_changes_it_writes_at_its_left_end) {
  auto c = with_state("a=1,b=2,c=3");
  BOOST_TEST(c.set_state("b", "new"));
  BOOST_TEST(c.state == "b=new,a=1,c=3");
  BOOST_TEST((c.state_of("b") == "new"));
  BOOST_TEST((c.state_of("a") == "1"));
  BOOST_TEST(!c.state_of("d").has_value());
  BOOST_TEST(!c.state_of("").has_value());
  BOOST_TEST(!c.state_of("a=1").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_not_well_formed_is_not_written) {
  auto c = with_state("a=1");
  for (auto const& [key, value] :
       {std::pair{"B", "1"}, {"", "1"}, {"b", ""}, {"b", "a,b"}, {"b", "x "}, {"b", "x\n"}})
    BOOST_TEST(!c.set_state(key, value));
  BOOST_TEST(!c.set_state(std::string(257, 'k'), "1"));
  BOOST_TEST(!c.set_state("b", std::string(257, 'v')));
  BOOST_TEST(!c.set_state(std::string(256, 'k'), std::string(256, 'v')));
  BOOST_TEST(c.state == "a=1");
}

BOOST_AUTO_TEST_CASE(the_33rd_member_goes) {
  auto c = with_state(members(32));
  BOOST_TEST(c.set_state("mine", "1"));
  BOOST_TEST(c.state.starts_with("mine=1,k0=v"));
  BOOST_TEST(!c.state_of("k31").has_value());
  BOOST_TEST(c.state_of("k30").has_value());
  BOOST_TEST(c.set_state("k30", "2"));
  BOOST_TEST(c.state.starts_with("k30=2,mine=1,k0=v"));
}

BOOST_AUTO_TEST_CASE(what_was_written_last_stays_however_long_it_is) {
  std::string const value(200, 'v');
  auto c =
      with_state(member_of_size("a", 128) + ',' + member_of_size("b", 128) + ',' + member_of_size("c", 128));
  BOOST_TEST(c.set_state("mine", value));
  BOOST_TEST((c.state_of("mine") == value));
  BOOST_TEST(c.state_of("b").has_value());
  BOOST_TEST(!c.state_of("c").has_value());
  BOOST_TEST(c.set_state(std::string(255, 'k'), std::string(256, 'v')));
  BOOST_TEST(c.state.size() == 512u);
  BOOST_TEST(!c.state_of("mine").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
