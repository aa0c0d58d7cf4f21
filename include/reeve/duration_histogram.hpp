// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace reeve {

/// How often something took how long.
struct duration_histogram {
  /// The upper bounds of its buckets, each one included; the last bucket has none.
  static constexpr std::array<std::chrono::nanoseconds, 20> bounds = [] {
    using namespace std::chrono_literals;
    return std::array<std::chrono::nanoseconds, 20>{10us,   25us, 50us,   100us, 250us, 500us, 1ms,
                                                    2500us, 5ms,  10ms,   25ms,  50ms,  100ms, 250ms,
                                                    500ms,  1s,   2500ms, 10s,   60s,   600s};
  }();

  /// How many were in each bucket: not added up.
  std::array<std::uint64_t, bounds.size() + 1> counts{};
  /// All of them together.
  std::chrono::nanoseconds sum{};

  /// Counts one, or several that took equally long.
  void add(std::chrono::nanoseconds took, std::uint64_t times = 1) noexcept {
    std::size_t bucket = 0;
    while (bucket != bounds.size() && took > bounds[bucket]) ++bucket;
    counts[bucket] += times;
    sum += took * static_cast<std::int64_t>(times);
  }
  /// How many there were.
  std::uint64_t total() const noexcept {
    std::uint64_t all = 0;
    for (auto const n : counts) all += n;
    return all;
  }
};

}  // namespace reeve
