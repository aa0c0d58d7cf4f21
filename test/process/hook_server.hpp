// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What a tcp or http hook asks: a server, or a port of nobody.

#include "reeve/health_policy.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace reeve::test {

/// A server of one connection: answers with `answer` and closes, or never answers.
struct hook_server {
  using tcp = boost::asio::ip::tcp;

  explicit hook_server(boost::asio::io_context& io, std::optional<std::string> answer_ = std::nullopt)
      : acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}}, peer{io}, answer{std::move(answer_)} {
    acceptor.async_accept(peer, [this](auto ec) {
      if (!ec) read();
    });
  }

  void read() {
    boost::asio::async_read_until(peer, boost::asio::dynamic_buffer(request), "\r\n\r\n",
                                  [this](auto ec, std::size_t) {
                                    asked = !ec;
                                    if (!ec && answer) write();
                                  });
  }

  void write() {
    boost::asio::async_write(peer, boost::asio::buffer(*answer), [this](auto, std::size_t) {
      if (!closes) return;
      boost::system::error_code ignored;
      peer.shutdown(tcp::socket::shutdown_send, ignored);
    });
  }

  port_of_instance port() const {
    return [number = acceptor.local_endpoint().port()](std::size_t) { return number; };
  }

  tcp::acceptor acceptor;
  tcp::socket peer;
  std::optional<std::string> answer;
  std::string request;
  bool closes = true;
  bool asked = false;
};

/// A port on which nobody listens; an even one where asked.
inline port_of_instance closed_port(boost::asio::io_context& io, bool even = false) {
  using boost::asio::ip::tcp;
  for (;;) {
    tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
    auto const number = acceptor.local_endpoint().port();
    if (!even || number % 2 == 0) return [number](std::size_t) { return number; };
    acceptor.close();
    acceptor.open(tcp::v4());
    boost::system::error_code ec;
    acceptor.bind({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(number - 1)}, ec);
    if (!ec) return [number](std::size_t) { return static_cast<std::uint16_t>(number - 1); };
  }
}

}  // namespace reeve::test
