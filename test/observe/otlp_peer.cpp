// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// OpenTelemetry's own messages decode what we send.

#include "otlp_peer.hpp"

#include "preconditions.hpp"
#include "tracing_test.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

BOOST_AUTO_TEST_SUITE(otlp_peer, *reeve::test::only_if<reeve::test::with_otlp_peer>())

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

using peer_program = reeve::test::otlp_peer;

std::string peer_text(boost::json::value const& value) { return std::string{value.as_string()}; }

/// Exports one span, and gives it as the peer has decoded it.
boost::json::value decoded(span_data span, otlp_compression compression = otlp_compression::none) {
  otel_variables_set const none;
  peer_program peer;
  auto const exporter = make_otlp_exporter({.endpoint = peer.url(), .compression = compression});
  resource const from{{"service.name", std::string{"shop"}}};
  auto const result = exporter->export_spans({&span, 1}, from, clock::now() + patience, {});
  BOOST_REQUIRE_MESSAGE(result.taken == 1, result.error);
  return peer.next().at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").at(0);
}

span_data full_span() {
  auto const link = parse_trace("00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-00", "b=2");
  return {.name = "resize",
          .kind = span_kind::consumer,
          .context = parse_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=1"),
          .parent = {1, 2, 3, 4, 5, 6, 7, 8},
          .parent_is_remote = true,
          .began = std::chrono::system_clock::time_point{1'700'000'000'123'456'789ns},
          .ended = std::chrono::system_clock::time_point{1'700'000'001'000'000'001ns},
          .status = span_status::error,
          .message = "no luck",
          .attributes = {{"text", std::string{"x"}},
                         {"whole", std::numeric_limits<std::int64_t>::min()},
                         {"number", 0.5},
                         {"yes", true}},
          .events = {{.name = "half",
                      .at = std::chrono::system_clock::time_point{5ns},
                      .attributes = {{"n", 1L}}}},
          .links = {link}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_span_with_all_that_it_can_have_is_decoded) {
  auto const span = decoded(full_span());
  BOOST_TEST(peer_text(span.at("traceId")) == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(peer_text(span.at("spanId")) == "b7ad6b7169203331");
  BOOST_TEST(peer_text(span.at("parentSpanId")) == "0102030405060708");
  BOOST_TEST(peer_text(span.at("traceState")) == "a=1");
  BOOST_TEST(span.at("flags").to_number<int>() == 0x301);
  BOOST_TEST(peer_text(span.at("name")) == "resize");
  BOOST_TEST(span.at("kind").to_number<int>() == 5);
  BOOST_TEST(peer_text(span.at("startTimeUnixNano")) == "1700000000123456789");
  BOOST_TEST(peer_text(span.at("endTimeUnixNano")) == "1700000001000000001");
  BOOST_TEST(span.at("status").at("code").to_number<int>() == 2);
  BOOST_TEST(peer_text(span.at("status").at("message")) == "no luck");
  auto const& attributes = span.at("attributes");
  BOOST_TEST(peer_text(attributes.at(0).at("value").at("stringValue")) == "x");
  BOOST_TEST(peer_text(attributes.at(1).at("value").at("intValue")) == "-9223372036854775808");
  BOOST_TEST(attributes.at(2).at("value").at("doubleValue").to_number<double>() == 0.5);
  BOOST_TEST(attributes.at(3).at("value").at("boolValue").as_bool());
  auto const& event = span.at("events").at(0);
  BOOST_TEST(peer_text(event.at("timeUnixNano")) == "5");
  BOOST_TEST(peer_text(event.at("name")) == "half");
  BOOST_TEST(peer_text(event.at("attributes").at(0).at("value").at("intValue")) == "1");
  auto const& link = span.at("links").at(0);
  BOOST_TEST(peer_text(link.at("traceId")) == "0af7651916cd43dd8448eb211c80319d");
  BOOST_TEST(peer_text(link.at("spanId")) == "b7ad6b7169203332");
  BOOST_TEST(peer_text(link.at("traceState")) == "b=2");
}

BOOST_AUTO_TEST_CASE(a_span_with_nothing_is_decoded) {
  auto const span = decoded({.name = "x", .context = new_trace(true)});
  BOOST_TEST(peer_text(span.at("name")) == "x");
  BOOST_TEST(!span.as_object().contains("parentSpanId"));
  BOOST_TEST(span.at("flags").to_number<int>() == 0x1 + 2);
}

#ifdef REEVE_OBSERVE_WITH_GZIP
BOOST_AUTO_TEST_CASE(one_that_was_compressed_is_decoded) {
  auto const name = std::string(10'000, 'a') + std::string(10'000, 'b');
  auto const span = decoded({.name = name, .context = new_trace(true)}, otlp_compression::gzip);
  BOOST_TEST(peer_text(span.at("name")) == name);
}
#endif

BOOST_AUTO_TEST_CASE(a_tracing_speaks_to_it) {
  otel_variables_set const none;
  peer_program peer;
  tracing traces{{.exporter = make_otlp_exporter({.endpoint = peer.url()}), .service_name = "shop"}};
  {
    reeve::span outer{"outer"};
    reeve::span const inner{"inner", outer.context(), span_kind::producer};
    outer.error("bytes that are no \xff text", "bad");
  }
  BOOST_TEST(traces.flush(patience));
  BOOST_TEST(traces.status().last_error.empty(), traces.status().last_error);
  auto const resource_spans = peer.next().at("resourceSpans").at(0);
  auto const& service = resource_spans.at("resource").at("attributes");
  bool named = false;
  for (auto const& one : service.as_array())
    named = named || (peer_text(one.at("key")) == "service.name" &&
                      peer_text(one.at("value").at("stringValue")) == "shop");
  BOOST_TEST(named);
  auto const& spans = resource_spans.at("scopeSpans").at(0).at("spans");
  BOOST_TEST(peer_text(spans.at(0).at("name")) == "inner");
  BOOST_TEST(peer_text(spans.at(0).at("parentSpanId")) == peer_text(spans.at(1).at("spanId")));
  BOOST_TEST(peer_text(spans.at(1).at("status").at("message")) == "bytes that are no \xef\xbf\xbd text");
}

BOOST_AUTO_TEST_SUITE_END()
