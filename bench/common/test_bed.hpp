// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/supervisor.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace reeve::bench {

/// A supervisor without a log on an event loop that runs only while it is asked to.
class test_bed {
 public:
  explicit test_bed(std::function<void(worker_event const&)> on_event = {})
      : supervisor{io.get_executor(), {.on_event = std::move(on_event), .logging = log_level::off}} {}

  /// Runs the loop until `done` says so.
  template <class Done>
  void run_until(Done done) {
    io.restart();
    while (!done())
      if (io.run_one() == 0) throw std::runtime_error{"the event loop has run dry"};
  }

  /// Runs an operation, of the form that `async_start` has, to its end.
  template <class Operation>
  void complete(Operation operation, diagnostics const& diag = {}) {
    std::optional<error_code> result;
    std::move(operation)([&](error_code ec) { result = ec; });
    run_until([&] { return result.has_value(); });
    if (*result) throw boost::system::system_error{*result, diag.message};
  }

  void start(worker_spec spec) {
    diagnostics diag;
    complete(supervisor.async_start(std::move(spec), diag, boost::asio::deferred), diag);
  }
  void stop_all(stop_options options = {}) {
    complete(supervisor.async_stop_all(options, boost::asio::deferred));
  }

  boost::asio::io_context io{1};
  reeve::supervisor supervisor;
};

/// Workers that only sleep.
inline worker_spec sleepers(std::size_t count) {
  worker_spec spec;
  spec.name = "sleeper";
  spec.command = {"/bin/sleep", "1000"};
  spec.count = count;
  return spec;
}

inline constexpr char const* sleep_argv[] = {"/bin/sleep", "1000", nullptr};

}  // namespace reeve::bench
