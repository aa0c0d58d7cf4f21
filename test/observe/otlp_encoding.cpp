// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/utf8.hpp"
#include "observe/otlp_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>
#include <span>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(otlp_encoding)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

boost::json::value request(std::span<span_data const> spans, resource const& from = {}) {
  std::string text;
  {
    otlp_json json{text, from};
    for (auto const& span : spans) json.add(span);
    json.end();
  }
  return boost::json::parse(text);
}

boost::json::value encoded(span_data const& span, resource const& from = {}) {
  return request({&span, 1}, from);
}

boost::json::object span_of(span_data const& span) {
  return encoded(span).at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").at(0).as_object();
}

boost::json::value number_of(double number) {
  return span_of({.attributes = {{"n", number}}}).at("attributes").at(0).at("value").at("doubleValue");
}

}  // namespace

// The whole text: what is compared piece by piece would not show what is too much.
BOOST_AUTO_TEST_CASE(a_request_has_this_form) {
  span_data const span{.name = "x",
                       .context = {.trace_id = {0xab}, .span_id = {0xcd}, .flags = 1},
                       .began = std::chrono::system_clock::time_point{1ns},
                       .ended = std::chrono::system_clock::time_point{2ns}};
  BOOST_TEST(encoded(span, {{"service.name", std::string{"s"}}}) == boost::json::parse(R"({"resourceSpans": [{
               "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "s"}}]},
               "scopeSpans": [{
                 "scope": {"name": "reeve", "version": ")" REEVE_TEST_VERSION R"("},
                 "spans": [{"traceId": "ab000000000000000000000000000000", "spanId": "cd00000000000000",
                            "flags": 1, "name": "x", "kind": 1,
                            "startTimeUnixNano": "1", "endTimeUnixNano": "2"}]}]}]})"));
}

BOOST_AUTO_TEST_CASE(all_spans_of_a_batch_are_in_it) {
  std::vector<span_data> spans(1000);
  auto const whole = request(spans);
  BOOST_TEST(whole.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").as_array().size() == 1000);
}

BOOST_AUTO_TEST_CASE(only_of_a_remote_parent_it_is_told_where_it_is) {
  BOOST_TEST(span_of({.context = {.flags = 3}}).at("flags").as_int64() == 0x3);
  BOOST_TEST(span_of({.context = {.flags = 3}, .parent_is_remote = true}).at("flags").as_int64() == 0x303);
}

BOOST_AUTO_TEST_CASE(what_was_dropped_is_counted) {
  auto const span = span_of({.dropped_attributes = 1, .dropped_events = 2, .dropped_links = 3});
  BOOST_TEST(span.at("droppedAttributesCount").as_int64() == 1);
  BOOST_TEST(span.at("droppedEventsCount").as_int64() == 2);
  BOOST_TEST(span.at("droppedLinksCount").as_int64() == 3);
  BOOST_TEST(!span_of({}).contains("droppedEventsCount"));
}

BOOST_AUTO_TEST_CASE(a_number_that_json_does_not_have_is_a_text) {
  BOOST_TEST(number_of(1.5).as_double() == 1.5);
  BOOST_TEST(number_of(std::numeric_limits<double>::quiet_NaN()).as_string() == "NaN");
  BOOST_TEST(number_of(std::numeric_limits<double>::infinity()).as_string() == "Infinity");
  BOOST_TEST(number_of(-std::numeric_limits<double>::infinity()).as_string() == "-Infinity");
}

BOOST_AUTO_TEST_CASE(a_time_before_all_times_is_zero) {
  BOOST_TEST(
      span_of({.began = std::chrono::system_clock::time_point{-1s}}).at("startTimeUnixNano").as_string() ==
      "0");
}

BOOST_AUTO_TEST_CASE(a_status_that_nobody_set_is_not_sent) {
  BOOST_TEST(!span_of({}).contains("status"));
  BOOST_TEST(span_of({.status = span_status::ok}).at("status").at("code").as_int64() == 1);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_replaced) {
  auto const span = span_of({.name = "a\xff",
                             .status = span_status::error,
                             .message = "\xc3",
                             .attributes = {{"k\x80", std::string{"v\xed\xa0\x80"}}},
                             .events = {{.name = "\xfe"}}});
  BOOST_TEST(span.at("name").as_string() == "a\xef\xbf\xbd");
  BOOST_TEST(span.at("status").at("message").as_string() == "\xef\xbf\xbd");
  BOOST_TEST(span.at("attributes").at(0).at("key").as_string() == "k\xef\xbf\xbd");
  BOOST_TEST(span.at("events").at(0).at("name").as_string() == "\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(utf8_is_what_unicode_says) {
  for (std::string const good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                 "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    BOOST_TEST(to_utf8(good) == good);
  std::string const mark = "\xef\xbf\xbd";
  for (std::string const bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe1\x80",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
    BOOST_TEST(to_utf8(bad).starts_with(mark), bad);
  BOOST_TEST(to_utf8("a\xe1\x80") == "a" + mark + mark);
  BOOST_TEST(to_utf8("\xc2 \xc3\xa4") == mark + " \xc3\xa4");
}

BOOST_AUTO_TEST_SUITE_END()
