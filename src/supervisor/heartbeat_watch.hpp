// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/health_policy.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace reeve {

/// Judges one worker's heartbeat by its beat count: a pure machine that is shown the count at each check.
class heartbeat_watch {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;
  enum class verdict { alive, lost, never_started };

  heartbeat_watch(heartbeat_policy const& policy, time_point now) noexcept
      : timeout_{policy.timeout},
        start_within_{policy.start_within > duration::zero() ? policy.start_within : policy.timeout},
        checked_at_{now} {}

  /// The count as it is at `now`. At most `most` of the time since the last check counts as silence: a
  /// supervisor that was stopped or suspended itself has not been listening, and must not blame its workers.
  verdict check(std::uint64_t beats, time_point now, duration most) noexcept {
    auto const elapsed = now - checked_at_;
    checked_at_ = now;
    if (beats != beats_) {
      beats_ = beats;
      seen_at_ = now;
      silence_ = duration::zero();
      return verdict::alive;
    }
    silence_ += elapsed < most ? elapsed : most;
    if (!seen_at_) return silence_ >= start_within_ ? verdict::never_started : verdict::alive;
    return silence_ >= timeout_ ? verdict::lost : verdict::alive;
  }

  /// When the count was last seen to change.
  std::optional<time_point> seen_at() const noexcept { return seen_at_; }

  /// How often to check: a quarter of the shortest time that is to be noticed.
  duration check_period() const noexcept {
    auto const quarter = (timeout_ < start_within_ ? timeout_ : start_within_) / 4;
    return quarter > duration{1} ? quarter : duration{1};
  }

 private:
  duration timeout_;
  duration start_within_;
  std::uint64_t beats_ = 0;
  time_point checked_at_;
  duration silence_{};
  std::optional<time_point> seen_at_;
};

}  // namespace reeve
