// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace reeve {

/// Which exits lead to a restart. Commanded stops and restarts are no exits in this sense.
enum class restart_mode {
  /// Any exit (OTP: permanent).
  always,
  /// Any exit but a clean one (OTP: transient). Where the worker was ended for being unhealthy none is clean.
  on_failure,
  /// None (OTP: temporary). A worker that cannot be started is `failed`.
  never,
};

/// When a worker that ended is started again, and when to give up.
///
/// The wait before the nth restart in a row is `delay * backoff^(n-1)`, at most `max_delay`, plus or minus
/// `jitter` of it; n starts again at 1 when the worker had been ready for `reset_after`. More than
/// `max_restarts` restarts within any `window` spend the budget: the worker is `failed` and stays down (the
/// intensity and period of OTP's supervisor).
struct restart_policy {
  /// Which exits lead to a restart.
  restart_mode mode = restart_mode::always;
  /// The wait before the first restart in a row: zero to a year.
  std::chrono::steady_clock::duration delay = std::chrono::milliseconds{100};
  /// The factor by which the wait grows: 1 (it stays the same) to 1000.
  double backoff = 2.0;
  /// The longest wait, before jitter: `delay` to a year.
  std::chrono::steady_clock::duration max_delay = std::chrono::seconds{30};
  /// 0 to 1: the share of the wait by which it varies at random, so that workers do not restart in step.
  double jitter = 0.1;
  /// How long a worker must have been ready to count as stable: zero to a year.
  std::chrono::steady_clock::duration reset_after = std::chrono::seconds{30};
  /// So many restarts may be within `window`: at most 1,000,000. 0: no restart at all, the first exit that
  /// asks for one fails the worker.
  std::size_t max_restarts = 5;
  /// The time in which restarts are counted: 1 ms to a year.
  std::chrono::steady_clock::duration window = std::chrono::seconds{60};
  /// The exit codes that are clean, each 0 to 255, for `restart_mode::on_failure`.
  std::vector<int> clean_exit_codes{0};
  /// The signals that are a clean end, each 1 to SIGRTMAX, for `restart_mode::on_failure`.
  std::vector<int> clean_signals{};
};

}  // namespace reeve
