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
  /// Any exit but a clean one (OTP: transient).
  on_failure,
  /// None (OTP: temporary).
  never,
};

/// When a worker that ended is started again, and when to give up.
///
/// The wait before the nth restart in a row is `delay * backoff^(n-1)`, at most `max_delay`, plus or minus
/// `jitter` of it; n starts again at 1 once a worker has been up for `reset_after`. More than `max_restarts`
/// restarts within any `window` spend the budget: the worker is `failed` and stays down (the intensity and
/// period of OTP's supervisor).
struct restart_policy {
  restart_mode mode = restart_mode::always;
  std::chrono::steady_clock::duration delay = std::chrono::milliseconds{100};
  /// The factor by which the wait grows; 1 keeps it constant.
  double backoff = 2.0;
  std::chrono::steady_clock::duration max_delay = std::chrono::seconds{30};
  /// 0 to 1: the share of the wait by which it varies at random, so that workers do not restart in step.
  double jitter = 0.1;
  /// The uptime after which a worker counts as stable.
  std::chrono::steady_clock::duration reset_after = std::chrono::seconds{30};
  /// 0: no restart at all, the first exit that asks for one fails the worker.
  std::size_t max_restarts = 5;
  std::chrono::steady_clock::duration window = std::chrono::seconds{60};
  /// The exit codes that are clean, for `restart_mode::on_failure`.
  std::vector<int> clean_exit_codes{0};
  /// The signals that are a clean end, for `restart_mode::on_failure`.
  std::vector<int> clean_signals{};
};

}  // namespace reeve
