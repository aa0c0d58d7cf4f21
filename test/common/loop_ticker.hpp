// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// Whether a context is blocked: it is to tick every millisecond.

#include "sanitizers.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <memory>

namespace reeve::test {

/// Ticks in the context until it is stopped or destroyed.
class loop_ticker {
 public:
  using clock = std::chrono::steady_clock;

  explicit loop_ticker(boost::asio::io_context& io) : timer_{io} { next(); }

  void stop() {
    alive_.reset();
    timer_.cancel();
  }

  /// That it has ticked, and was never blocked for longer than a loaded machine may block it.
  void check() const {
    using std::chrono::milliseconds;
    constexpr milliseconds most{under_sanitizer ? 10000 : 2000};
    BOOST_TEST(ticks_ > 10);
    BOOST_TEST((longest_ < most),
               "blocked for " << std::chrono::duration_cast<milliseconds>(longest_).count() << " ms");
  }

 private:
  void next() {
    timer_.expires_after(std::chrono::milliseconds{1});
    timer_.async_wait([this, alive = std::weak_ptr{alive_}](boost::system::error_code ec) {
      if (ec || alive.expired()) return;
      auto const now = clock::now();
      longest_ = std::max(longest_, now - last_);
      last_ = now;
      ++ticks_;
      next();
    });
  }

  std::shared_ptr<int> alive_ = std::make_shared<int>();
  boost::asio::steady_timer timer_;
  clock::time_point last_ = clock::now();
  clock::duration longest_{};
  int ticks_ = 0;
};

}  // namespace reeve::test
