// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "collector.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace reeve::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

// A body that is on its way into the buffer or behind it, without copying it: on another machine that would not be seen here.
asio::awaitable<void> throw_away(boost::beast::tcp_stream& stream, boost::beast::flat_buffer& buffer,
                                 std::size_t size) {
  auto const there = std::min(size, buffer.size());
  buffer.consume(there);
  for (size -= there; size != 0;) {
    co_await stream.socket().async_wait(tcp::socket::wait_read, asio::use_awaitable);
    auto const got = ::recv(stream.socket().native_handle(), nullptr, size, MSG_TRUNC | MSG_DONTWAIT);
    if (got == 0) throw boost::system::system_error{asio::error::eof};
    if (got > 0) size -= static_cast<std::size_t>(got);
  }
}

asio::awaitable<void> serve_spans(boost::beast::tcp_stream stream) try {
  boost::beast::flat_buffer buffer;
  buffer.reserve(65'536);  // it reads as much at a time
  for (;;) {
    http::request_parser<http::empty_body> request;
    request.body_limit(boost::none);
    co_await http::async_read_header(stream, buffer, request, asio::use_awaitable);
    auto const size = std::stoull(std::string{request.get().at(http::field::content_length)});
    co_await throw_away(stream, buffer, size);
    http::response<http::string_body> answer{http::status::ok, request.get().version()};
    answer.set(http::field::content_type, "application/json");
    answer.body() = "{}";
    answer.prepare_payload();
    co_await http::async_write(stream, answer, asio::use_awaitable);
  }
} catch (boost::system::system_error const&) {
  // It went.
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor) {
  for (;;) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), serve_spans(boost::beast::tcp_stream{std::move(socket)}),
                   asio::detached);
  }
}

std::string endpoint_at(std::string const& port) { return "http://127.0.0.1:" + port + "/v1/traces"; }

}  // namespace

int be_collector() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpriority(PRIO_PROCESS, 0, 19);  // as one on another machine
  asio::io_context io;
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  std::cout << endpoint_at(std::to_string(acceptor.local_endpoint().port())) << std::endl;
  asio::co_spawn(io, accept_all(acceptor), asio::detached);
  io.run();
  return 0;
}

// The port was free a moment ago, and nobody else is told of it.
std::string dead_endpoint() {
  asio::io_context io;
  tcp::acceptor const acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  return endpoint_at(std::to_string(acceptor.local_endpoint().port()));
}

}  // namespace reeve::bench
