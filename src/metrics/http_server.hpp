// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "metrics/accept_backoff.hpp"
#include "metrics/http_connection.hpp"
#include "metrics/socket_set.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace reeve::detail {

struct http_server_params {
  std::size_t max_connections = 64;
  std::chrono::steady_clock::duration timeout = std::chrono::seconds{10};
};

/// Listens at a port, and has each connection served, on one strand.
class http_server : public std::enable_shared_from_this<http_server> {
 public:
  http_server(boost::asio::any_io_executor const& executor, http_server_params params, http_answer answer);
  http_server(http_server const&) = delete;
  http_server& operator=(http_server const&) = delete;
  ~http_server();

  boost::asio::any_io_executor const& executor() const noexcept { return strand_; }

  /// Listens; returns the port. Once, and from any thread. Throws `boost::system::system_error`.
  std::uint16_t start(boost::asio::ip::tcp::endpoint const& where);

  /// Listens no more, and ends its connections. From any thread.
  void close();
  bool is_closed() const noexcept { return sockets_->is_shut(); }

 private:
  boost::asio::awaitable<void> accept_all();
  boost::asio::awaitable<void> accept_next();
  void serve(unique_fd fd);
  bool is_full() const noexcept { return open_ >= params_.max_connections; }

  boost::asio::any_io_executor const strand_;
  http_server_params const params_;
  http_answer const answer_;
  std::shared_ptr<socket_set> const sockets_ = std::make_shared<socket_set>();
  boost::asio::ip::tcp protocol_ = boost::asio::ip::tcp::v4();
  boost::asio::posix::stream_descriptor listener_;
  /// Somebody waits for it where there is no room for a connection, or nothing to accept one with.
  boost::asio::steady_timer pause_;
  accept_backoff backoff_;
  std::size_t open_ = 0;
};

}  // namespace reeve::detail
