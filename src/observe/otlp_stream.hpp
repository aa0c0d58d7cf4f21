// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/otlp_url.hpp"
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
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#endif

#include <optional>
#include <string>

namespace reeve {

/// Whom TLS trusts; nothing where the URL is an http one.
#ifdef REEVE_OBSERVE_WITH_TLS
using otlp_tls = std::optional<boost::asio::ssl::context>;
#else
struct otlp_tls {};
#endif

/// For that URL, with the certificates in a file, or where that is empty with the system's. Throws
/// std::invalid_argument.
otlp_tls make_otlp_tls(otlp_url const& url, std::string const& certificate);

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

  bool is_open() const noexcept { return socket_.is_open(); }
  /// What is under way ends with an error.
  void close() noexcept;

 private:
  tcp::socket socket_;
#ifdef REEVE_OBSERVE_WITH_TLS
  std::optional<boost::asio::ssl::stream<tcp::socket&>> secure_;
#endif
};

}  // namespace reeve
