// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstdint>

namespace reeve {

/// Which tasks have their wait measured: each of them, or where many come quickly one in 64 at random, because to read the
/// clock twice costs a good part of what else is done for a quick one. Each counts as many as its chance is one in: so what
/// is counted is right on average, whatever the pattern in which tasks come (Horvitz and Thompson, 1952). Sans I/O.
class wait_sampling {
 public:
  using clock = std::chrono::steady_clock;

  /// Tasks of which 64 have come closer together than this are measured one in 64.
  static constexpr std::chrono::nanoseconds quick{2500};
  static constexpr std::uint8_t together = 64;

  /// As how many the next task counts, which comes now; 0: it is not measured. One that is alone in the pool is.
  std::uint8_t take(bool alone) noexcept {
    ++since_last_;
    if (!quick_ || alone) return 1;
    return draw() ? together : std::uint8_t{0};
  }
  /// That one is measured, and came at that time.
  void measured(clock::time_point at) noexcept {
    if (since_last_ < together) return;
    quick_ = at - last_ < quick * since_last_;
    since_last_ = 0;
    last_ = at;
  }

 private:
  // The upper bits of a linear congruential generator (Knuth's MMIX): good enough to keep no step with anybody.
  bool draw() noexcept {
    random_ = random_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return random_ >> 58U == 0;
  }

  bool quick_ = false;
  std::int64_t since_last_ = 0;
  clock::time_point last_{};
  std::uint64_t random_ = 1;
};

}  // namespace reeve
