// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/accept_backoff.hpp"
#include "metrics/http_route.hpp"

#include <boost/test/unit_test.hpp>

#include <variant>

BOOST_AUTO_TEST_SUITE(http_routes)

namespace {

using namespace reeve::detail;
using namespace std::chrono_literals;

http_reply refused(request_head const& head) {
  auto const found = route(head);
  BOOST_REQUIRE(std::holds_alternative<http_reply>(found));
  return std::get<http_reply>(found);
}

bool leads_to(request_head const& head, endpoint what) {
  auto const found = route(head);
  return std::holds_alternative<endpoint>(found) && std::get<endpoint>(found) == what;
}

}  // namespace

BOOST_AUTO_TEST_CASE(get_and_head_find_what_there_is) {
  for (auto const* method : {"GET", "HEAD"}) {
    BOOST_TEST(leads_to({.method = method, .target = "/metrics"}, endpoint::metrics));
    BOOST_TEST(leads_to({.method = method, .target = "/metrics?name=x"}, endpoint::metrics));
    BOOST_TEST(leads_to({.method = method, .target = "/healthz"}, endpoint::healthz));
    BOOST_TEST(leads_to({.method = method, .target = "/readyz?"}, endpoint::readyz));
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_found) {
  for (auto const* target :
       {"/", "", "*", "metrics", "/metrics/", "/Metrics", "/metrics%00", "//metrics", "?/metrics"}) {
    auto const reply = refused({.method = "GET", .target = target});
    BOOST_TEST(reply.status == 404U, target);
    BOOST_TEST(!reply.close, target);
  }
}

BOOST_AUTO_TEST_CASE(other_methods_are_told_which_are_allowed) {
  for (auto const* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "BREW"}) {
    auto const reply = refused({.method = method, .target = "/metrics"});
    BOOST_TEST(reply.status == 405U, method);
    BOOST_TEST(reply.allow == "GET, HEAD");
    BOOST_TEST(!reply.close);
  }
}

BOOST_AUTO_TEST_CASE(content_ends_the_connection) {
  BOOST_TEST(refused({.method = "GET", .target = "/metrics", .has_body = true}).status == 400U);
  BOOST_TEST(refused({.method = "GET", .target = "/metrics", .has_body = true}).close);
  BOOST_TEST(refused({.method = "POST", .target = "/metrics", .has_body = true}).close);
  BOOST_TEST(refused({.method = "POST", .target = "/", .has_body = true}).close);
}

BOOST_AUTO_TEST_CASE(only_an_old_client_may_leave_out_the_host) {
  BOOST_TEST(refused({.method = "GET", .target = "/metrics", .has_host = false}).status == 400U);
  BOOST_TEST(
      leads_to({.method = "GET", .target = "/metrics", .version = 10, .has_host = false}, endpoint::metrics));
}

BOOST_AUTO_TEST_CASE(failures_to_accept_are_ever_further_apart_up_to_a_second) {
  accept_backoff backoff;
  BOOST_TEST((backoff.failed() == 10ms));
  BOOST_TEST((backoff.failed() == 20ms));
  for (int i = 0; i < 100; ++i) BOOST_TEST((backoff.failed() <= 1s));
  BOOST_TEST((backoff.failed() == 1s));
  backoff.succeeded();
  BOOST_TEST((backoff.failed() == 10ms));
}

BOOST_AUTO_TEST_SUITE_END()
