// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otlp_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#ifdef REEVE_OBSERVE_WITH_TLS
#include <boost/asio/ip/address.hpp>
#endif

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace reeve {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr auto as_otlp_result = asio::as_tuple(asio::use_awaitable);

/// Closed at exec from birth, unlike the sockets that Asio opens.
error_code open_otlp_socket(asio::ip::tcp::socket& socket, asio::ip::tcp const& protocol) {
  error_code ec;
  int const fd = ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
  if (fd < 0) return {errno, boost::system::system_category()};
  socket.assign(protocol, fd, ec);
  if (ec) ::close(fd);
  return ec;
}

template <class Stream>
asio::awaitable<error_code> exchange_over(Stream& stream, otlp_stream::request& sent,
                                          boost::beast::flat_buffer& buffer, otlp_stream::parser& answer) {
  auto const [unsent, written] = co_await http::async_write(stream, sent, as_otlp_result);
  // Who does not want it all may have said why before it closed.
  auto const [unread, size] = co_await http::async_read(stream, buffer, answer, as_otlp_result);
  co_return unread ? (unsent ? unsent : unread) : error_code{};
}

}  // namespace

asio::awaitable<error_code> otlp_stream::connect(tcp::endpoint endpoint) {
  close();
#ifdef REEVE_OBSERVE_WITH_TLS
  secure_.reset();
#endif
  if (auto const ec = open_otlp_socket(socket_, endpoint.protocol())) co_return ec;
  if (auto const [ec] = co_await socket_.async_connect(endpoint, as_otlp_result); ec) co_return ec;
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  // Nobody listens on a local port, and the kernel chose that very port for our end: it met itself.
  if (socket_.local_endpoint(ignored) == endpoint) co_return asio::error::connection_refused;
  co_return error_code{};
}

bool otlp_stream::is_idle() noexcept {
  if (!socket_.is_open()) return false;
  pollfd look{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&look, 1, 0) == 0;
}

void otlp_stream::close() noexcept {
  error_code ignored;
  socket_.close(ignored);
}

#ifdef REEVE_OBSERVE_WITH_TLS

asio::awaitable<error_code> otlp_stream::handshake(otlp_tls& tls, std::string host) {
  if (!tls) co_return error_code{};
  secure_.emplace(socket_, *tls);
  error_code not_numeric;
  asio::ip::make_address(host, not_numeric);
  if (not_numeric) SSL_set_tlsext_host_name(secure_->native_handle(), host.c_str());
  auto const [ec] = co_await secure_->async_handshake(asio::ssl::stream_base::client, as_otlp_result);
  co_return ec;
}

asio::awaitable<error_code> otlp_stream::exchange(request& sent, boost::beast::flat_buffer& buffer,
                                                  parser& answer) {
  if (secure_) co_return co_await exchange_over(*secure_, sent, buffer, answer);
  co_return co_await exchange_over(socket_, sent, buffer, answer);
}

#else

asio::awaitable<error_code> otlp_stream::handshake(otlp_tls&, std::string) { co_return error_code{}; }

asio::awaitable<error_code> otlp_stream::exchange(request& sent, boost::beast::flat_buffer& buffer,
                                                  parser& answer) {
  co_return co_await exchange_over(socket_, sent, buffer, answer);
}

#endif

}  // namespace reeve
