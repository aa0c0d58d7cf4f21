// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "hook_rig.hpp"
#include "hook_server.hpp"
#include "preconditions.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <array>
#include <stdexcept>

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace reeve::test;
using namespace std::chrono_literals;
namespace health_check = reeve::health_check;

namespace {

char const* with_ipv6() {
  asio::io_context io;
  boost::system::error_code ec;
  tcp::acceptor acceptor{io};
  acceptor.open(tcp::v6(), ec);
  if (!ec) acceptor.bind({asio::ip::address_v6::loopback(), 0}, ec);
  return ec ? "there is no IPv6 here" : nullptr;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tcp_hook, hook_rig)

BOOST_AUTO_TEST_CASE(tcp_finds_a_listener) {
  hook_server listener{io};
  BOOST_TEST(result_of(health_check::tcp(listener.port())).ok);
}

BOOST_AUTO_TEST_CASE(tcp_finds_a_listener_on_ipv6, *only_if<with_ipv6>()) {
  tcp::acceptor acceptor{io, {asio::ip::address_v6::loopback(), 0}};
  auto const port = acceptor.local_endpoint().port();
  BOOST_TEST(result_of(health_check::tcp([port](std::size_t) { return port; }, "::1")).ok);
}

BOOST_AUTO_TEST_CASE(tcp_fails_where_nobody_listens) {
  auto const result = result_of(health_check::tcp(closed_port(io)));
  BOOST_TEST(!result.ok);
  BOOST_TEST(result.reason.starts_with("connect to 127.0.0.1:"));
  BOOST_TEST(result.reason.ends_with(": Connection refused"));
}

BOOST_AUTO_TEST_CASE(a_connection_to_itself_is_no_listener) {
  // For its own end the kernel goes through the even ports, and comes upon the one that is asked.
  auto const hook = health_check::tcp(closed_port(io, true));
  bool passed = false;
  auto const ask = [&]() -> asio::awaitable<void> {
    for (int attempt = 0; attempt < 5'000 && !passed; ++attempt) passed = (co_await hook(view_of(0))).ok;
  };
  asio::co_spawn(io, ask, asio::detached);
  settle();
  BOOST_TEST(!passed);
}

BOOST_AUTO_TEST_CASE(an_address_or_port_that_cannot_be_asked_is_a_failure_that_says_so) {
  auto const port = [](std::size_t) { return std::uint16_t{80}; };
  BOOST_TEST(result_of(health_check::tcp(port, "localhost")).reason ==
             "'localhost' is not a numeric address");
  BOOST_TEST(result_of(health_check::http_get(port, "/", "")).reason == "'' is not a numeric address");
  BOOST_TEST(result_of(health_check::tcp([](std::size_t) { return std::uint16_t{0}; })).reason ==
             "port 0 can't be connected to");
  auto const thrown =
      result_of(health_check::tcp([](std::size_t) -> std::uint16_t { throw std::out_of_range{"no port"}; }));
  BOOST_TEST(thrown.reason == "no port");
}

BOOST_AUTO_TEST_CASE(a_connect_is_cancelled) {
  // A full backlog leaves further connections unanswered.
  tcp::acceptor acceptor{io};
  acceptor.open(tcp::v4());
  acceptor.bind({asio::ip::address_v4::loopback(), 0});
  acceptor.listen(0);
  std::array<tcp::socket, 4> fillers{tcp::socket{io}, tcp::socket{io}, tcp::socket{io}, tcp::socket{io}};
  for (auto& each : fillers) each.async_connect(acceptor.local_endpoint(), [](auto) {});
  auto const port = acceptor.local_endpoint().port();
  for (auto const& hook : {health_check::tcp([port](std::size_t) { return port; }),
                           health_check::http_get([port](std::size_t) { return port; })}) {
    BOOST_TEST(result_of(hook, 100ms).reason == "timed out after 100 ms");
  }
}

BOOST_AUTO_TEST_SUITE_END()
