// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "http_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(http_requests)

namespace {

using namespace reeve;
using namespace reeve::test;

}  // namespace

BOOST_AUTO_TEST_CASE(metrics_are_answered_as_text) {
  http_rig rig;
  rig.watch_many(3);
  auto client = rig.client();
  client.get("/metrics");
  auto const answer = client.next();
  BOOST_TEST(answer.status == 200U);
  BOOST_TEST(answer.has("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
  BOOST_TEST(answer.body.size() == raw_client::length_in(answer.head));
  BOOST_TEST(answer.body.ends_with('\n'));
  REEVE_TEST_SERIES(answer.body, "reeve_workers{supervisor=\"many\",state=\"stopped\"}", 3);
}

BOOST_AUTO_TEST_CASE(a_server_that_watches_nothing_has_an_empty_text) {
  http_rig const rig;
  auto const answer = rig.ask("/metrics");
  BOOST_TEST(answer.status == 200U);
  BOOST_TEST(answer.body.empty());
}

BOOST_AUTO_TEST_CASE(head_is_answered_as_get_but_for_the_content) {
  http_rig rig;
  rig.watch_many(2);
  auto client = rig.client();
  client.get("/metrics");
  auto const got = client.next();
  client.send("HEAD /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
  auto const asked = client.next(false);
  BOOST_TEST(asked.head == got.head);
  client.get("/healthz");  // it comes next, and no content
  BOOST_TEST(client.next().body == "ok\n");
}

BOOST_AUTO_TEST_CASE(a_connection_is_used_again) {
  http_rig const rig;
  auto client = rig.client();
  for (auto const* path : {"/healthz", "/readyz", "/metrics", "/nowhere", "/healthz"}) {
    client.get(path);
    auto const answer = client.next();
    BOOST_TEST(answer.status == (std::string{path} == "/nowhere" ? 404U : 200U));
    BOOST_TEST(!answer.has("Connection: close"));
  }
}

BOOST_AUTO_TEST_CASE(requests_sent_at_once_are_answered_in_order) {
  http_rig const rig;
  auto client = rig.client();
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += std::string{"GET /"} + (i % 2 == 0 ? "healthz" : "nowhere") + " HTTP/1.1\r\nHost: here\r\n\r\n";
  client.send(all);
  for (int i = 0; i < 200; ++i) BOOST_TEST(client.next().status == (i % 2 == 0 ? 200U : 404U));
}

BOOST_AUTO_TEST_CASE(a_request_may_come_in_pieces) {
  http_rig const rig;
  auto client = rig.client();
  std::string const request = "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n";
  for (char const c : request) client.send({&c, 1});
  BOOST_TEST(client.next().body == "ok\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_has_ended_its_side_gets_its_answer) {
  http_rig const rig;
  auto client = rig.client();
  client.get("/healthz");
  client.end_sending();
  BOOST_TEST(client.next().status == 200U);
  BOOST_TEST(client.at_end());
}

BOOST_AUTO_TEST_CASE(a_client_that_wants_no_more_is_left) {
  http_rig const rig;
  auto client = rig.client();
  client.get("/healthz", "Connection: close\r\n");
  auto const answer = client.next();
  BOOST_TEST(answer.has("Connection: close"));
  BOOST_TEST(client.at_end());

  auto old = rig.client();
  old.send("GET /healthz HTTP/1.0\r\n\r\n");
  BOOST_TEST(old.next().head.starts_with("HTTP/1.0 200 "));
  BOOST_TEST(old.at_end());
}

BOOST_AUTO_TEST_CASE(other_methods_and_paths_are_refused) {
  http_rig const rig;
  auto client = rig.client();
  client.send("DELETE /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
  auto const refused = client.next();
  BOOST_TEST(refused.status == 405U);
  BOOST_TEST(refused.has("Allow: GET, HEAD"));
  client.get("/metrics/../etc/passwd");
  BOOST_TEST(client.next().status == 404U);
  client.send("GET /healthz HTTP/1.1\r\n\r\n");
  BOOST_TEST(client.next().status == 400U);  // no host
  BOOST_TEST(client.at_end());
}

BOOST_AUTO_TEST_CASE(content_is_never_taken_for_the_next_request) {
  http_rig const rig;
  std::string const inner = "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n";
  for (auto const* method : {"GET", "POST"}) {
    for (auto const& head :
         {"Content-Length: " + std::to_string(inner.size()), std::string{"Transfer-Encoding: chunked"}}) {
      auto client = rig.client();
      client.send(std::string{method} + " /metrics HTTP/1.1\r\nHost: here\r\n" + head + "\r\n\r\n" + inner);
      BOOST_TEST(client.next().status == (std::string{method} == "GET" ? 400U : 405U));
      BOOST_TEST(client.at_end());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_answer_arrives_though_its_client_still_sends) {
  http_rig const rig;
  auto client = rig.client();
  client.send("POST /metrics HTTP/1.1\r\nHost: here\r\nContent-Length: 500000\r\n\r\n" +
              std::string(500'000, 'x'));
  BOOST_TEST(client.next().status == 405U);
  BOOST_TEST(client.at_end());
  BOOST_TEST(!client.was_reset());
}

BOOST_AUTO_TEST_SUITE_END()
