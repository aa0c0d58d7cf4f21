// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/otlp_tls.hpp"
#include "reeve/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#ifdef REEVE_OBSERVE_WITH_TLS
#include <boost/asio/ssl/stream.hpp>
#endif

#include <optional>
#include <string>

namespace reeve {

/// A connection for requests of HTTP, by TLS or without.
class otlp_stream {
 public:
  using tcp = boost::asio::ip::tcp;
  using request = boost::beast::http::request<boost::beast::http::span_body<char const>>;
  using parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

  explicit otlp_stream(boost::asio::io_context& context) : socket_{context} {}

  /// Connects, in the place of what was connected.
  boost::asio::awaitable<error_code> connect(tcp::endpoint endpoint);
  /// Makes sure that it is that host, where TLS is spoken.
  boost::asio::awaitable<error_code> handshake(otlp_tls& tls, std::string host);
  /// Sends a request, and reads its answer.
  boost::asio::awaitable<error_code> exchange(request& sent, boost::beast::flat_buffer& buffer,
                                              parser& answer);

  /// Connected, and the other side has neither closed it nor said anything since its last answer: what it says unasked
  /// would be taken for the next answer.
  bool is_idle() noexcept;
  /// What is under way ends with an error.
  void close() noexcept;

 private:
  tcp::socket socket_;
#ifdef REEVE_OBSERVE_WITH_TLS
  std::optional<boost::asio::ssl::stream<tcp::socket&>> secure_;
#endif
};

}  // namespace reeve
