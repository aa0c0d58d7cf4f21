// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "hook_rig.hpp"
#include "hook_server.hpp"

#include <string>

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace health_check = reeve::health_check;

BOOST_FIXTURE_TEST_SUITE(http_hook, hook_rig)

BOOST_AUTO_TEST_CASE(http_asks_properly_and_takes_success_and_redirection) {
  hook_server good{io, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
  BOOST_TEST(result_of(health_check::http_get(good.port(), "/health?deep=1")).ok);
  BOOST_TEST(good.request.starts_with("GET /health?deep=1 HTTP/1.1\r\n"));
  BOOST_TEST(good.request.find("\r\nHost: 127.0.0.1:" + std::to_string(good.port()(0)) + "\r\n") !=
             std::string::npos);
  BOOST_TEST(good.request.find("\r\nConnection: close\r\n") != std::string::npos);

  hook_server moved{io, "HTTP/1.0 302 Found\r\nLocation: /elsewhere\r\n\r\n"};
  BOOST_TEST(result_of(health_check::http_get(moved.port(), "")).ok);
  BOOST_TEST(moved.request.starts_with("GET / HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(http_tells_the_status_of_a_failure) {
  hook_server missing{io, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
  BOOST_TEST(result_of(health_check::http_get(missing.port())).reason == "HTTP 404");
  hook_server busy{io, "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsorry\r\n0\r\n\r\n"};
  BOOST_TEST(result_of(health_check::http_get(busy.port())).reason == "HTTP 503");
}

BOOST_AUTO_TEST_CASE(http_reads_only_so_much_of_an_answer) {
  hook_server endless{io, "HTTP/1.1 200 OK\r\n\r\n" + std::string(8 * 1024 * 1024, 'x')};
  BOOST_TEST(result_of(health_check::http_get(endless.port())).ok);
  hook_server huge{io,
                   "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + std::string(1024 * 1024, 'x')};
  BOOST_TEST(result_of(health_check::http_get(huge.port())).ok);
  hook_server chatty{io, "HTTP/1.1 200 OK\r\nX: " + std::string(1024 * 1024, 'x')};
  BOOST_TEST(!result_of(health_check::http_get(chatty.port())).ok);
}

BOOST_AUTO_TEST_CASE(http_fails_on_what_is_no_answer) {
  for (auto const* answer :
       {"", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"}) {
    hook_server strange{io, answer};
    auto const result = result_of(health_check::http_get(strange.port()));
    BOOST_TEST(!result.ok, answer);
    BOOST_TEST(result.reason.starts_with("GET http://127.0.0.1:"), result.reason);
  }
  BOOST_TEST(result_of(health_check::http_get(closed_port(io))).reason.ends_with(": Connection refused"));
}

BOOST_AUTO_TEST_CASE(http_is_cancelled_while_it_reads) {
  hook_server silent{io};
  BOOST_TEST(result_of(health_check::http_get(silent.port()), 100ms).reason == "timed out after 100 ms");
  BOOST_TEST(silent.asked);
  for (auto const* answer : {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"}) {
    hook_server stalled{io, answer};
    stalled.closes = false;
    BOOST_TEST(result_of(health_check::http_get(stalled.port()), 100ms).reason == "timed out after 100 ms");
    BOOST_TEST(stalled.asked);
  }
}

BOOST_AUTO_TEST_CASE(http_is_cancelled_while_it_writes) {
  // A listener that accepts nothing: the kernel takes some of the request, and no more.
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  auto const port = acceptor.local_endpoint().port();
  auto const result = result_of(
      health_check::http_get([port](std::size_t) { return port; }, std::string(32 * 1024 * 1024, '/')),
      200ms);
  BOOST_TEST(result.reason == "timed out after 200 ms");
}

BOOST_AUTO_TEST_SUITE_END()
