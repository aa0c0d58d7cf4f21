// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otlp_answer.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

BOOST_AUTO_TEST_SUITE(otlp_answers)

namespace {

using namespace reeve;
using namespace std::chrono_literals;

// Sun, 06 Nov 1994 08:49:37 GMT
std::chrono::system_clock::time_point const now{784111777s};

otlp_verdict judged(otlp_answer const& answer) { return judge_otlp_answer(answer, 10, now); }

std::size_t taken_of(std::string body) { return judged({.status = 200, .body = std::move(body)}).taken; }

}  // namespace

BOOST_AUTO_TEST_CASE(success_is_success) {
  for (std::string const body :
       {"{}", "", "no json", "[1]", R"({"partialSuccess":{}})", R"({"partialSuccess":7})",
        R"({"partialSuccess":{"rejectedSpans":"0","errorMessage":"a warning"}})"}) {
    auto const verdict = judged({.status = 200, .body = body});
    BOOST_TEST(verdict.taken == 10, body);
    BOOST_TEST(verdict.error.empty(), body);
    BOOST_TEST(!verdict.retry, body);
  }
}

BOOST_AUTO_TEST_CASE(what_was_rejected_is_counted_and_not_sent_again) {
  auto const verdict =
      judged({.status = 200, .body = R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}})"});
  BOOST_TEST(verdict.taken == 7);
  BOOST_TEST(verdict.error == "the collector rejected 3 of 10 spans: too old");
  BOOST_TEST(!verdict.retry);
  BOOST_TEST(taken_of(R"({"partialSuccess":{"rejectedSpans":4}})") == 6);
}

BOOST_AUTO_TEST_CASE(a_collector_can_not_reject_more_than_it_got) {
  BOOST_TEST(taken_of(R"({"partialSuccess":{"rejectedSpans":"99999999999999999999"}})") == 10);
  BOOST_TEST(taken_of(R"({"partialSuccess":{"rejectedSpans":18446744073709551615}})") == 0);
  BOOST_TEST(taken_of(R"({"partialSuccess":{"rejectedSpans":11}})") == 0);
  BOOST_TEST(taken_of(R"({"partialSuccess":{"rejectedSpans":-5}})") == 10);
  BOOST_TEST(taken_of(R"({"partialSuccess":{"rejectedSpans":"-5"}})") == 10);
}

BOOST_AUTO_TEST_CASE(some_answers_ask_for_another_try) {
  for (unsigned const status : {429U, 502U, 503U, 504U}) BOOST_TEST(judged({.status = status}).retry, status);
  for (unsigned const status : {100U, 301U, 400U, 401U, 404U, 408U, 413U, 500U, 501U}) {
    auto const verdict = judged({.status = status});
    BOOST_TEST(!verdict.retry, status);
    BOOST_TEST(verdict.taken == 0, status);
    BOOST_TEST(verdict.error == "the collector answered " + std::to_string(status));
  }
}

BOOST_AUTO_TEST_CASE(the_collectors_reason_is_told_in_one_line) {
  auto const verdict = judged({.status = 400, .body = R"({"code":3,"message":"bad\nspan"})"});
  BOOST_TEST(verdict.error == "the collector answered 400: bad span");
  auto const much = judged({.status = 400, .body = R"({"message":")" + std::string(10'000, 'x') + "\"}"});
  BOOST_TEST(much.error.size() < 400);
}

BOOST_AUTO_TEST_CASE(no_answer_is_tried_again_unless_it_is_no_use) {
  auto const broken = judged({.problem = "a:1: refused"});
  BOOST_TEST(broken.retry);
  BOOST_TEST(broken.error == "a:1: refused");
  BOOST_TEST(!judged({.problem = "no collector", .permanent = true}).retry);
}

BOOST_AUTO_TEST_CASE(retry_after_is_a_number_or_a_date) {
  auto const wait = [](std::string_view text) { return parse_retry_after(text, now); };
  BOOST_TEST((wait("0") == 0s));
  BOOST_TEST((wait("120") == 120s));
  BOOST_TEST((wait("Sun, 06 Nov 1994 08:49:47 GMT") == 10s));
  BOOST_TEST((wait("Mon, 07 Nov 1994 08:49:37 GMT") == 24h));
  BOOST_TEST((wait("Thu, 01 Jan 1970 00:00:00 GMT") == 0s));
  BOOST_TEST((judged({.status = 503, .retry_after = "7"}).retry_after == 7s));
  BOOST_TEST(!judged({.status = 400, .retry_after = "7"}).retry_after.has_value());
}

BOOST_AUTO_TEST_CASE(a_retry_after_that_is_neither_does_not_count) {
  for (std::string_view const text :
       {"", "soon", "-1", "1.5", "99999999999", "Sun, 06 Nov 1994", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 ovD 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 99999999 08:49:37 GMT"})
    BOOST_TEST(!parse_retry_after(text, now).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
