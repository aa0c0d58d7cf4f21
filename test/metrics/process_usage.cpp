// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/process_usage.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(process_usage)

namespace {

using namespace reeve::detail;

std::string stat_of(std::string const& name, std::string const& state = "S") {
  return "812 (" + name + ") " + state +
         " 1 812 812 0 -1 4194560 1000 0 0 0 150 50 7 8 20 0 1 0 4242 10485760 321 18446744073709551615 1 "
         "1\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stat_line_tells_time_memory_and_start) {
  process_stat const expected{.cpu_ticks = 200, .resident_pages = 321, .started_tick = 4242};
  BOOST_TEST((parse_process_stat(stat_of("sleep")) == expected));
}

BOOST_AUTO_TEST_CASE(a_name_may_have_parentheses_and_spaces) {
  for (auto const* name :
       {"a b", "(sd-pam)", "tmux: server", ") S 1 2 3", "x) R 9 9 9 9 9", "((", "", "a\nb"}) {
    auto const stat = parse_process_stat(stat_of(name));
    BOOST_REQUIRE_MESSAGE(stat.has_value(), name);
    BOOST_TEST(stat->started_tick == 4242U, name);
  }
}

BOOST_AUTO_TEST_CASE(what_has_ended_or_is_no_stat_line_tells_nothing) {
  BOOST_TEST(!parse_process_stat(stat_of("dead", "Z")));
  BOOST_TEST(!parse_process_stat(stat_of("dead", "X")));
  auto const whole = stat_of("sleep");
  // A prefix may end within the last number that is used; it says nothing that is not there.
  for (std::size_t size = 0; size + 32 < whole.size(); ++size)
    if (auto const stat = parse_process_stat(whole.substr(0, size))) BOOST_TEST(stat->started_tick == 4242U);
  for (auto const* text : {"", ") ", "no stat line", "1 (x) S a b c d e f g h i j k l m n o p q r s t u v w",
                           "1 (x) SS 1 1 1 0 -1 1 1 0 0 0 1 1 0 0 20 0 1 0 1 1 1"})
    BOOST_TEST(!parse_process_stat(text), text);
}

BOOST_AUTO_TEST_CASE(usage_is_in_seconds_and_bytes) {
  auto const usage = parse_process_usage(stat_of("sleep"), std::chrono::steady_clock::now());
  BOOST_REQUIRE(usage.has_value());
  BOOST_TEST(usage->cpu_seconds == 200.0 / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  BOOST_TEST(usage->resident_bytes == 321.0 * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

BOOST_AUTO_TEST_CASE(what_began_later_is_a_stranger) {
  BOOST_TEST(!parse_process_usage(stat_of("sleep"), std::chrono::steady_clock::time_point{}));
}

BOOST_AUTO_TEST_SUITE_END()
