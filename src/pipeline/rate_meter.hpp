// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace reeve {

/// How much happens in a second, over the last ten.
class rate_meter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit rate_meter(time_point begin) noexcept : begin_{begin} {}

  void add(time_point now, std::uint64_t count) noexcept {
    auto& at = buckets_[place(second(now))];
    if (at.second != second(now)) at = {.second = second(now)};
    at.count += count;
  }

  double per_second(time_point now) const noexcept {
    std::uint64_t sum = 0;
    for (auto const& at : buckets_)
      if (at.second + window > second(now)) sum += at.count;
    auto const passed = std::chrono::duration<double>(now - begin_).count();
    return static_cast<double>(sum) / std::clamp(passed, 1.0, static_cast<double>(window));
  }

 private:
  static constexpr std::int64_t window = 10;
  struct bucket {
    std::int64_t second = -window;
    std::uint64_t count = 0;
  };

  std::int64_t second(time_point now) const noexcept {
    return std::chrono::duration_cast<std::chrono::seconds>(now - begin_).count();
  }
  static std::size_t place(std::int64_t second) noexcept { return static_cast<std::size_t>(second % window); }

  time_point begin_;
  std::array<bucket, window> buckets_{};
};

}  // namespace reeve
