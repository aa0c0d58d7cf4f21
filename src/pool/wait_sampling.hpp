// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstdint>

namespace reeve {

/// Which tasks have their wait measured: each of them, or where they come quickly one for several, because to read the
/// clock twice costs more than half of what else is done for a quick one. Sans I/O.
class wait_sampling {
 public:
  using clock = std::chrono::steady_clock;

  /// Tasks that come closer together than this are measured so many at a time.
  static constexpr std::chrono::nanoseconds quick{2500};
  static constexpr std::uint8_t together = 64;

  /// Whether the next task, which comes now, is measured.
  bool take() noexcept { return ++skipped_ >= share_; }
  /// It is measured, and came at that time: how many tasks it stands for, with those that were skipped before it.
  std::uint8_t measured(clock::time_point at) noexcept {
    auto const stands_for = static_cast<std::uint8_t>(skipped_);
    share_ = at - last_ < quick * stands_for ? together : std::uint8_t{1};
    skipped_ = 0;
    last_ = at;
    return stands_for;
  }

 private:
  std::uint8_t share_ = 1;
  std::uint8_t skipped_ = 0;
  clock::time_point last_{};
};

}  // namespace reeve
