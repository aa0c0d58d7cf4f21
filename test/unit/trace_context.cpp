// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// W3C Trace Context, level 2: the traceparent. The malformed ones are those of the W3C's test suite, and more.

#include "reeve/trace_context.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(trace_context)

namespace {

constexpr char const* good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

}  // namespace

BOOST_AUTO_TEST_CASE(a_traceparent_is_read) {
  auto const c = reeve::parse_trace(good);
  BOOST_TEST(c.valid());
  BOOST_TEST(c.sampled());
  BOOST_TEST(c.trace_id_text() == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(c.span_id_text() == "b7ad6b7169203331");
  BOOST_TEST(c.traceparent() == good);
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_as_good_as_none) {
  for (std::string const text :
       {"",
        "00",
        "nonsense",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",    // too short
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",  // too long
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.",
        "000-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0000-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c1-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033311-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",  // version 00 has no more parts
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",    // a version that is none
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",   // what follows begins with a dash
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what-the-future-brings",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        ".0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0.-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",  // capital letters
        "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319.-b7ad6b7169203331-01",
        "00-.af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-.7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-.0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333.-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01"}) {
    auto const c = reeve::parse_trace(text, "a=1", "b=2");
    BOOST_TEST(!c.valid(), text);
    BOOST_TEST(!c.sampled(), text);
    BOOST_TEST(c.traceparent().empty(), text);
    BOOST_TEST(c.state.empty(), text);     // belongs to it
    BOOST_TEST(c.baggage == "b=2", text);  // does not
  }
}

BOOST_AUTO_TEST_CASE(a_later_version_is_read_as_far_as_it_is_known) {
  for (std::string const text :
       {"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings",
        "fe-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-"})
    BOOST_TEST(reeve::parse_trace(text).traceparent() == good, text);
}

BOOST_AUTO_TEST_CASE(a_byte_that_is_no_end_of_a_text_is_malformed_too) {
  BOOST_TEST(!reeve::parse_trace(std::string{good} + '\0').valid());
  BOOST_TEST(!reeve::parse_trace(std::string{good} + '\n').valid());
  BOOST_TEST(!reeve::parse_trace(std::string_view{good}.substr(0, 54)).valid());
}

BOOST_AUTO_TEST_CASE(whitespace_around_it_does_not_count) {
  BOOST_TEST(reeve::parse_trace(std::string{" \t"} + good + "\t ").traceparent() == good);
}

BOOST_AUTO_TEST_CASE(unknown_flags_are_not_passed_on) {
  auto const with_flags = [](std::string_view flags) {
    return reeve::parse_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-" + std::string{flags})
        .traceparent()
        .substr(53);
  };
  BOOST_TEST(with_flags("ff") == "03");
  BOOST_TEST(with_flags("02") == "02");
  BOOST_TEST(with_flags("fe") == "02");
  BOOST_TEST(with_flags("04") == "00");
}

BOOST_AUTO_TEST_CASE(a_new_trace_is_random_and_no_other) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    auto const c = reeve::new_trace(i % 2 == 0);
    BOOST_REQUIRE(c.valid());
    BOOST_REQUIRE(c.sampled() == (i % 2 == 0));
    BOOST_REQUIRE((c.flags & 2U) != 0);
    ids.insert(c.trace_id_text());
    ids.insert(c.span_id_text());
  }
  BOOST_TEST(ids.size() == 2000u);
}

// Two threads whose ids came from one short sequence would sooner or later make the same ones.
BOOST_AUTO_TEST_CASE(threads_make_ids_of_their_own) {
  constexpr int threads = 8;
  std::array<std::vector<std::string>, threads> made;
  {
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (auto& mine : made)
      running.emplace_back([&mine] {
        for (int i = 0; i < 1000; ++i) mine.push_back(reeve::new_trace(true).traceparent());
      });
  }
  std::set<std::string> all;
  for (auto const& one : made) all.insert(one.begin(), one.end());
  BOOST_TEST(all.size() == threads * 1000u);
}

// Samplers look at the last bytes.
BOOST_AUTO_TEST_CASE(each_bit_of_an_id_is_set_half_of_the_time) {
  constexpr int rounds = 20'000;
  std::array<int, 192> set{};
  for (int i = 0; i < rounds; ++i) {
    auto const c = reeve::new_trace(true);
    for (std::size_t bit = 0; bit < 128; ++bit) set[bit] += c.trace_id[bit / 8] >> bit % 8 & 1;
    for (std::size_t bit = 0; bit < 64; ++bit) set[128 + bit] += c.span_id[bit / 8] >> bit % 8 & 1;
  }
  for (auto const count : set) BOOST_TEST(std::abs(count - rounds / 2) < 800);  // more than 11 deviations
}

BOOST_AUTO_TEST_CASE(a_child_has_all_but_the_span_id) {
  auto const c = reeve::parse_trace(good, "a=1", "b=2");
  auto child = c.child();
  BOOST_TEST((child.span_id != c.span_id));
  child.span_id = c.span_id;
  BOOST_TEST((child == c));
}

BOOST_AUTO_TEST_CASE(a_child_of_none_begins_a_trace_that_is_not_sampled) {
  auto const child = reeve::trace_context{.baggage = "b=2"}.child();
  BOOST_TEST(child.valid());
  BOOST_TEST(!child.sampled());
  BOOST_TEST(child.baggage == "b=2");
}

BOOST_AUTO_TEST_CASE(whatever_comes_what_is_passed_on_is_well_formed) {
  std::mt19937 random{4711};
  std::string const parent = good;
  std::string const state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,fw@dt=1 2";
  std::string const baggage = "userId=alice,serverNode=DF%2028;private;ttl=3,isProduction=false";
  auto const mutated = [&](std::string text) {
    for (auto changes = random() % 4; changes-- > 0 && !text.empty();) {
      auto const at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.erase(at, 1 + random() % 3); break;
        default: text.insert(at, text.substr(at, random() % 20)); break;
      }
    }
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    auto const read = reeve::parse_trace(mutated(parent), mutated(state), mutated(baggage));
    auto const again = reeve::parse_trace(read.traceparent(), read.state, read.baggage);
    BOOST_REQUIRE((again == read));
  }
}

BOOST_AUTO_TEST_SUITE_END()
