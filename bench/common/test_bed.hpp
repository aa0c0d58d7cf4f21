// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "event_loop.hpp"
#include "reeve/supervisor.hpp"

#include <boost/asio/deferred.hpp>

#include <functional>
#include <utility>

namespace reeve::bench {

/// A supervisor without a log on an event loop that runs only while it is asked to.
class test_bed : public event_loop {
 public:
  explicit test_bed(std::function<void(worker_event const&)> on_event = {})
      : supervisor{io.get_executor(), {.on_event = std::move(on_event), .logging = log_level::off}} {}

  void start(worker_spec spec) {
    diagnostics diag;
    complete(supervisor.async_start(std::move(spec), diag, boost::asio::deferred), diag);
  }
  void stop_all(stop_options options = {}) {
    complete(supervisor.async_stop_all(options, boost::asio::deferred));
  }

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
