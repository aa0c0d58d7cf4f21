// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>

namespace reeve {

/// The process-wide thread that starts every child and outlives every supervisor: PDEATHSIG fires when the
/// *thread* that started a child exits, and a slow exec must not stall an application's io_context.
///
/// It also reaps what a destroyed supervisor leaves behind. It is never joined and never destroyed.
class launch_thread {
 public:
  /// The executor of the one launch thread, started at the first call. Thread-safe. Throws `std::system_error`
  /// where the system has no thread for it.
  static boost::asio::any_io_executor executor();

  /// Takes over a child that was told to die: waits for its exit, sweeps its group where `leads_group`, and
  /// reaps it. Thread-safe; never blocks. Without memory or descriptors to do it with, the zombie stays.
  /// Calls `then` on the launch thread when it has reaped it.
  static void reap_later(unique_fd pidfd, pid_t pid, bool leads_group,
                         std::function<void()> then = {}) noexcept;
};

}  // namespace reeve
