// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/task_message.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(message_trace)

namespace {

constexpr char const* parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_set_is_read) {
  auto trace = reeve::parse_trace(parent, "a=1", "b=2");
  reeve::task_message message{.headers = {{"From", "me"}, {"Traceparent", "old"}, {"baggage", "old=1"}}};
  reeve::set_trace(message, trace);
  BOOST_TEST(message.headers.size() == 4u);
  BOOST_TEST((reeve::trace_of(message) == trace));
  reeve::set_trace(message, {});
  BOOST_TEST((message.headers == std::vector<reeve::task_header>{{"From", "me"}}));
  BOOST_TEST((reeve::trace_of(message) == reeve::trace_context{}));
}

BOOST_AUTO_TEST_CASE(the_names_are_written_in_any_way) {
  reeve::task_message const message{
      .headers = {{"TraceParent", parent}, {"TRACESTATE", "a=1"}, {"Baggage", "b=2"}}};
  auto const trace = reeve::trace_of(message);
  BOOST_TEST(trace.traceparent() == parent);
  BOOST_TEST(trace.state == "a=1");
  BOOST_TEST(trace.baggage == "b=2");
}

BOOST_AUTO_TEST_CASE(headers_of_one_name_are_one_list) {
  reeve::task_message const message{.headers = {{"traceparent", parent},
                                                {"tracestate", "a=1"},
                                                {"tracestate", "b=2"},
                                                {"baggage", "c=3"},
                                                {"baggage", "d=4"}}};
  auto const trace = reeve::trace_of(message);
  BOOST_TEST(trace.state == "a=1,b=2");
  BOOST_TEST(trace.baggage == "c=3,d=4");
}

BOOST_AUTO_TEST_CASE(two_parents_are_none) {
  reeve::task_message const message{
      .headers = {{"traceparent", parent}, {"traceparent", parent}, {"tracestate", "a=1"}}};
  auto const trace = reeve::trace_of(message);
  BOOST_TEST(!trace.valid());
  BOOST_TEST(trace.state.empty());
}

BOOST_AUTO_TEST_SUITE_END()
