// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/export_retry.hpp"

#include <algorithm>

namespace reeve {

std::optional<export_retry::time_point> export_retry::failed(
    time_point now, std::optional<std::chrono::seconds> retry_after) {
  std::uniform_real_distribution<double> vary{1 - jitter, 1 + jitter};
  auto wait = std::chrono::duration_cast<clock::duration>(wait_ * vary(random_));
  wait_ = std::min<std::chrono::duration<double>>(wait_ * growth, longest_wait);
  // Compared before it is converted: what the other side says may be more than a clock can hold.
  if (retry_after) {
    if (*retry_after >= std::chrono::ceil<std::chrono::seconds>(deadline_ - now)) return std::nullopt;
    wait = *retry_after;
  }
  if (now + wait >= deadline_) return std::nullopt;
  return now + wait;
}

}  // namespace reeve
