// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/restart_policy.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace reeve {

/// Decides how long to wait before a restart, and whether there may be one: the arithmetic of
/// `restart_policy`. Sans I/O.
class restart_budget {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// `seed` drives the jitter.
  restart_budget(restart_policy const& policy, std::uint64_t seed) noexcept
      : policy_{&policy}, random_{seed} {}

  /// A worker ended at `now` after `uptime` and wants a restart: the wait before it, or nothing when the
  /// budget is spent.
  std::optional<duration> spend(time_point now, duration uptime);

  /// A worker ended after `uptime`, and its restart is not counted. That it was stable counts all the same.
  void spare(duration uptime) noexcept;

  /// Forgets everything: a new budget.
  void reset() noexcept;

 private:
  duration wait();
  double random_unit() noexcept;

  restart_policy const* policy_;
  std::uint64_t random_;
  unsigned in_a_row_ = 0;
  std::deque<time_point> recent_;  // restarts within the window, oldest first; at most max_restarts
};

}  // namespace reeve
