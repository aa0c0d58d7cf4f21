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
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

asio::awaitable<void> serve_spans(boost::beast::tcp_stream stream) try {
  boost::beast::flat_buffer buffer;
  buffer.reserve(65'536);  // it reads as much at a time
  for (;;) {
    http::request<http::string_body> request;
    co_await http::async_read(stream, buffer, request, asio::use_awaitable);
    http::response<http::string_body> answer{http::status::ok, request.version()};
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
  std::cout << acceptor.local_endpoint().port() << std::endl;
  asio::co_spawn(io, accept_all(acceptor), asio::detached);
  io.run();
  return 0;
}

collector_process::collector_process() {
  int out[2];
  if (::pipe(out) != 0) throw std::runtime_error{"no pipe for the collector"};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addclose(&actions, out[0]);
  std::string argument{collector_argument};
  std::array<char*, 3> arguments{const_cast<char*>("bench_observe"), argument.data(), nullptr};
  int const failed = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  char port[16] = "";
  auto const size = failed != 0 ? 0 : ::read(out[0], port, sizeof port - 1);
  ::close(out[0]);
  if (size <= 1) throw std::runtime_error{"the collector does not start"};
  endpoint_ = endpoint_at({port, static_cast<std::size_t>(size - 1)});
}

collector_process::~collector_process() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

// The port was free a moment ago, and nobody else is told of it.
std::string dead_endpoint() {
  asio::io_context io;
  tcp::acceptor const acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  return endpoint_at(std::to_string(acceptor.local_endpoint().port()));
}

}  // namespace reeve::bench
