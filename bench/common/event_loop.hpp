// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/diagnostics.hpp>
#include <reeve/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <optional>
#include <stdexcept>
#include <utility>

namespace reeve::bench {

/// An event loop that runs only while it is asked to.
class event_loop {
 public:
  /// Runs the loop until `done` says so.
  template <class Done>
  void run_until(Done done) {
    io.restart();
    while (!done())
      if (io.run_one() == 0) throw std::runtime_error{"the event loop has run dry"};
  }

  /// Runs the loop until a handler calls `io.stop()`.
  void run_until_stopped() {
    io.restart();
    io.run();
    if (!io.stopped()) throw std::runtime_error{"the event loop has run dry"};
  }

  /// Runs an operation, of the form that `async_start` has, to its end.
  template <class Operation>
  void complete(Operation operation, diagnostics const& diag = {}) {
    std::optional<error_code> result;
    std::move(operation)([&](error_code ec) { result = ec; });
    run_until([&] { return result.has_value(); });
    if (*result) throw boost::system::system_error{*result, diag.message};
  }

  boost::asio::io_context io{1};
};

}  // namespace reeve::bench
