// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/host_lookup.hpp"
#include "observe/otlp_answer.hpp"
#include "observe/otlp_stream.hpp"
#include "observe/otlp_tls.hpp"
#include "observe/otlp_url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace reeve {

/// Sends requests to a collector, one at a time, over a connection that it keeps. For one thread at a time.
class otlp_client {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  otlp_client(otlp_url url, text_pairs headers, otlp_tls tls,
              host_lookup::resolver resolve = &host_lookup::ask_system);
  otlp_client(otlp_client const&) = delete;
  otlp_client& operator=(otlp_client const&) = delete;

  /// Posts a body, and reads the answer. Blocks, until the deadline or the stop.
  otlp_answer post(std::string const& body, time_point deadline, std::stop_token const& stop);

 private:
  using clock = std::chrono::steady_clock;

  boost::asio::awaitable<otlp_answer> run(std::string const& body);
  boost::asio::awaitable<error_code> exchange(std::string const& body, otlp_answer& into);
  boost::asio::awaitable<error_code> open();
  boost::asio::awaitable<host_lookup::endpoints> addresses();
  void limit_to(time_point at);
  void abort(std::string why);
  otlp_answer failure(error_code ec) const;

  otlp_url const url_;
  text_pairs const headers_;
  otlp_tls tls_;
  host_lookup::resolver const resolve_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer limit_{context_};
  boost::asio::steady_timer lookup_over_{context_};
  std::optional<host_lookup> lookup_;
  otlp_stream stream_;
  boost::beast::flat_buffer buffer_;
  time_point deadline_{};
  std::string lookup_problem_;
  std::string aborted_;  // why
  bool stopped_ = false;
};

}  // namespace reeve
