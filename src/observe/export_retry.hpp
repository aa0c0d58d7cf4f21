// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace reeve {

/// When a request that may be tried again is: after a wait that grows, with jitter, or when the other side says.
class export_retry {
 public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  static constexpr std::chrono::milliseconds first_wait{1000};
  static constexpr std::chrono::milliseconds longest_wait{5000};
  static constexpr double growth = 1.5;
  static constexpr double jitter = 0.2;

  export_retry(time_point deadline, std::uint32_t seed) : deadline_{deadline}, random_{seed} {}

  /// A try has failed. When the next one is; nothing: not before the deadline, so it is no use to wait.
  std::optional<time_point> failed(time_point now, std::optional<std::chrono::seconds> retry_after);

 private:
  time_point const deadline_;
  std::chrono::duration<double> wait_ = first_wait;
  std::minstd_rand random_;
};

}  // namespace reeve
