// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What a record looks like as JSON.

#include "log_rig.hpp"
#include "reeve/log_format.hpp"

#include <boost/log/trivial.hpp>
#include <boost/log/utility/string_literal.hpp>

#include <cmath>
#include <limits>

BOOST_AUTO_TEST_SUITE(log_json)

namespace {

using namespace reeve;
using namespace reeve::test;
using severity = boost::log::trivial::severity_level;

std::chrono::system_clock::time_point const some_time{std::chrono::microseconds{1'795'342'530'123'456}};

// Without what the time makes of it.
log_record at_some_time() { return log_record{}.with("TimeStamp", some_time); }

std::string message_of(std::string text) {
  auto const line = log_record{}.says(std::move(text)).as(format_json);
  BOOST_TEST(line.find('\n') == line.npos);
  return text_member_of(line, "message");
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_members_come_in_their_order) {
  auto const line = at_some_time()
                        .says("api/0#3 unhealthy")
                        .with("Severity", severity::warning)
                        .with("Channel", std::string{"reeve"})
                        .with("Worker", std::string{"api/0"})
                        .with("Generation", std::uint64_t{3})
                        .with("Pid", pid_t{812})
                        .with("TraceId", std::string{"0af7651916cd43dd8448eb211c80319c"})
                        .with("SpanId", std::string{"b7ad6b7169203331"})
                        .with("Zone", std::string{"z"})
                        .with("Attempt", 2)
                        .as(format_json);
  BOOST_TEST(line == R"({"time":"2026-11-22T10:15:30.123456Z","severity":"warning","channel":"reeve",)"
                     R"("message":"api/0#3 unhealthy","worker":"api/0","generation":3,"pid":812,)"
                     R"("trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331",)"
                     R"("Attempt":2,"Zone":"z"})");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_left_out) {
  BOOST_TEST(at_some_time().as(format_json) == R"({"time":"2026-11-22T10:15:30.123456Z"})");
}

BOOST_AUTO_TEST_CASE(a_record_without_a_time_is_of_now) {
  auto const before = std::chrono::system_clock::now();
  auto const year = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(before)}.year();
  auto const time = text_member_of(log_record{}.as(format_json), "time");
  BOOST_TEST(std::abs(std::stoi(time) - static_cast<int>(year)) <= 1);
}

BOOST_AUTO_TEST_CASE(a_text_comes_back_as_it_was) {
  for (std::string const text :
       {"", "plain", "a \"quote\" and a \\backslash\\", "two\nlines\r\n", "\ttab\b\f\v\x1b[31m", "\x7f",
        "</script>", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf4\x8f\xbf\xbf", "\xc2\x80"})
    BOOST_TEST(message_of(text) == text);
  BOOST_TEST(message_of(std::string{"nul\0inside", 10}) == (std::string{"nul\0inside", 10}));
  std::string all;
  for (char c = 0; c < 0x7f; ++c) all += c;
  BOOST_TEST(message_of(all) == all);
}

BOOST_AUTO_TEST_CASE(each_byte_that_is_no_utf8_is_replaced) {
  std::string const bad = "\xef\xbf\xbd";
  std::vector<std::pair<std::string, std::string>> const table{
      {"\x80", bad},  // goes on with nothing
      {"a\xff"
       "b",
       "a" + bad + "b"},                            // never occurs
      {"\xc3", bad},                                // ends too early
      {"\xc3(", bad + "("},                         // does not go on
      {"\xe2\x82", bad + bad},                      //
      {"\xe2\x82(", bad + bad + "("},               //
      {"\xf0\x9f\x98", bad + bad + bad},            //
      {"\xc0\xaf", bad + bad},                      // longer than need be
      {"\xc1\xbf", bad + bad},                      //
      {"\xe0\x9f\xbf", bad + bad + bad},            //
      {"\xf0\x8f\xbf\xbf", bad + bad + bad + bad},  //
      {"\xed\xa0\x80", bad + bad + bad},            // half of a pair
      {"\xf4\x90\x80\x80", bad + bad + bad + bad},  // beyond the last
      {"\xf5\x80\x80\x80", bad + bad + bad + bad},  //
      {"\xc3\xa4\xc3", "\xc3\xa4" + bad}};
  for (auto const& [text, wanted] : table) BOOST_TEST(message_of(text) == wanted);
}

BOOST_AUTO_TEST_CASE(values_keep_their_kinds) {
  auto const value = [](auto content) {
    return member_of(log_record{}.with("Value", std::move(content)).as(format_json), "Value");
  };
  BOOST_TEST(value(std::string{"text"}) == "\"text\"");
  BOOST_TEST(value(boost::log::string_literal{"literal"}) == "\"literal\"");
  BOOST_TEST(value(std::string_view{"view"}) == "\"view\"");
  BOOST_TEST(value(true) == "true");
  BOOST_TEST(value(false) == "false");
  BOOST_TEST(value(-1) == "-1");
  BOOST_TEST(value(short{-7}) == "-7");
  BOOST_TEST(value(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  BOOST_TEST(value(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  BOOST_TEST(value(0.5) == "5E-1");
  BOOST_TEST(value(2.5F) == "2.5E0");
  BOOST_TEST(value(severity::fatal) == "\"fatal\"");
}

BOOST_AUTO_TEST_CASE(what_json_cannot_say_is_left_out) {
  struct other {};
  auto const line = at_some_time()
                        .with("Nan", std::nan(""))
                        .with("Infinite", std::numeric_limits<double>::infinity())
                        .with("Other", other{})
                        .with("NoText", static_cast<char const*>(nullptr))
                        .as(format_json);
  BOOST_TEST(line == R"({"time":"2026-11-22T10:15:30.123456Z"})");
}

BOOST_AUTO_TEST_CASE(no_member_comes_twice) {
  auto const line = at_some_time()
                        .says("m")
                        .with("message", std::string{"another"})
                        .with("time", std::string{"another"})
                        .with("pid", 7)
                        .as(format_json);
  BOOST_TEST(line == R"({"time":"2026-11-22T10:15:30.123456Z","message":"m","pid":7})");
}

BOOST_AUTO_TEST_CASE(a_severity_of_the_applications_own_is_shown_as_it_is) {
  auto const severity_in = [](auto value) {
    return member_of(log_record{}.with("Severity", value).as(format_json), "severity");
  };
  BOOST_TEST(severity_in(std::string{"notice"}) == "\"notice\"");
  BOOST_TEST(severity_in(5) == "5");
}

BOOST_AUTO_TEST_CASE(names_are_escaped_too) {
  BOOST_TEST(member_of(log_record{}.with("a \"name\"\n", 1).as(format_json), "a \"name\"\n") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
