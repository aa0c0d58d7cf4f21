// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/pipeline_params.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace reeve {

/// When something that failed is tried again: the wait doubles with each failure in a row.
class source_backoff {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  bool failing() const noexcept { return delay_.count() != 0; }
  /// Whether it may be tried.
  bool due(time_point now) const noexcept { return !failing() || now >= at_; }
  /// When, where it may not yet.
  std::optional<time_point> at() const noexcept { return failing() ? std::optional{at_} : std::nullopt; }

  void failed(time_point now, pipeline_params const& params) noexcept {
    delay_ = failing() ? std::min(delay_ * 2, params.max_source_delay) : params.source_delay;
    at_ = now + delay_;
  }
  void succeeded() noexcept { delay_ = {}; }

 private:
  std::chrono::steady_clock::duration delay_{};
  time_point at_{};
};

}  // namespace reeve
