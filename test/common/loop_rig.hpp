// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>

namespace reeve::test {

/// A context that a test runs step by step.
struct loop_rig {
  boost::asio::io_context io;

  /// Runs the context until `done`, under a deadline that only a failure meets.
  bool run_until(std::function<bool()> const& done) {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{120};
    io.restart();
    while (!done()) {
      if (io.run_one_until(deadline) == 0) return done();
    }
    return true;
  }

  /// Runs the context until it has nothing to do.
  void settle() {
    BOOST_TEST(!run_until([] { return false; }));
    BOOST_TEST(io.stopped());
  }
};

}  // namespace reeve::test
