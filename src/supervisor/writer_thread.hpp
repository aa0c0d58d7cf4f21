// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>

namespace reeve {

/// The process-wide background thread on which files are written, so that a slow disk never stalls an
/// application's io_context. It blocks all signals, and is never joined and never destroyed.
///
/// A process that calls exit() waits until every job is done, for a second at most.
class writer_thread {
 public:
  /// Runs `job` on the thread, after all that was posted before it. The thread is started at the first call,
  /// and anew in a forked process; throws `std::system_error` where it can't be. Thread-safe.
  static void post(std::function<void()> job);

  /// The context that the thread runs; its services are used on the thread only. Throws as `post` does.
  /// Thread-safe.
  static boost::asio::io_context& context();

  /// Waits until every job is done, but not longer than `limit`. Returns whether all are. Blocks.
  static bool drain(std::chrono::steady_clock::duration limit);
};

}  // namespace reeve
