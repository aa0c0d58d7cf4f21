// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "metrics/http_route.hpp"
#include "metrics/socket_set.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace reeve::detail {

/// What answers.
using http_answer = std::function<boost::asio::awaitable<http_reply>(endpoint)>;

/// One connection: takes requests one after the other, and answers them. Each must come within the time given, and its
/// answer must be taken within that; else the connection is cut. All of it on one strand.
class http_connection : public std::enable_shared_from_this<http_connection> {
 public:
  http_connection(boost::asio::any_io_executor strand, boost::asio::ip::tcp protocol, unique_fd fd,
                  std::shared_ptr<socket_set> sockets, std::chrono::steady_clock::duration timeout);
  http_connection(http_connection const&) = delete;
  http_connection& operator=(http_connection const&) = delete;
  ~http_connection();

  /// Until it is over. `may_stay`: whether it may go on after an answer, asked anew each time.
  boost::asio::awaitable<void> run(http_answer answer, std::function<bool()> may_stay);

 private:
  using parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  boost::asio::awaitable<bool> serve_one(http_answer const& answer, std::function<bool()> const& may_stay);
  boost::asio::awaitable<http_reply> reply_to(parser const& request, http_answer const& answer);
  boost::asio::awaitable<bool> write(http_reply reply, unsigned version, bool only_head);
  boost::asio::awaitable<void> part();

  void set_deadline(std::chrono::steady_clock::duration within);
  void clear_deadline();
  void cut() noexcept;

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  std::uint64_t deadlines_ = 0;
  std::shared_ptr<socket_set> sockets_;
  std::chrono::steady_clock::duration const timeout_;
  boost::beast::flat_buffer buffer_;
  /// Something is still to come of what was refused.
  bool sends_more_ = false;
};

}  // namespace reeve::detail
