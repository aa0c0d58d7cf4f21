// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/listen_socket.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <string>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace reeve::detail {
namespace {

[[noreturn]] void fail_to_listen(boost::asio::ip::tcp::endpoint const& where) {
  boost::system::error_code const why{errno, boost::system::system_category()};
  throw boost::system::system_error{why, "reeve: metrics_server: cannot listen at " +
                                             where.address().to_string() + " port " +
                                             std::to_string(where.port())};
}

}  // namespace

// By system calls: Asio's sockets are inherited by whatever the application executes.
unique_fd listen_at(boost::asio::ip::tcp::endpoint const& where) {
  unique_fd made{
      ::socket(where.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP)};
  if (!made) fail_to_listen(where);
  int const on = 1;
  if (::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(made.get(), where.data(), static_cast<socklen_t>(where.size())) != 0 ||
      ::listen(made.get(), SOMAXCONN) != 0)
    fail_to_listen(where);
  return made;
}

unique_fd accept_from(int listener) noexcept {
  unique_fd made{::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  int const on = 1;
  // The head and the body of an answer are two writes.
  if (made) ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

}  // namespace reeve::detail
