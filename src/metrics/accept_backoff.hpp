// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <algorithm>
#include <chrono>

namespace reeve::detail {

/// How long to wait before the next connection is accepted, after a failure: one without descriptors would else try
/// without end.
class accept_backoff {
 public:
  using duration = std::chrono::steady_clock::duration;

  static constexpr duration shortest = std::chrono::milliseconds{10};
  static constexpr duration longest = std::chrono::seconds{1};

  duration failed() noexcept {
    auto const wait = next_;
    next_ = std::min(2 * next_, longest);
    return wait;
  }
  void succeeded() noexcept { next_ = shortest; }

 private:
  duration next_ = shortest;
};

}  // namespace reeve::detail
