// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/restart_budget.hpp"

#include <algorithm>
#include <cmath>

namespace reeve {

std::optional<restart_budget::duration> restart_budget::spend(time_point now, duration uptime) {
  while (!recent_.empty() && now - recent_.front() > policy_->window) recent_.pop_front();
  if (recent_.size() >= policy_->max_restarts) return std::nullopt;
  recent_.push_back(now);
  spare(uptime);
  ++in_a_row_;
  return wait();
}

void restart_budget::spare(duration uptime) noexcept {
  if (uptime >= policy_->reset_after) in_a_row_ = 0;
}

void restart_budget::reset() noexcept {
  in_a_row_ = 0;
  recent_.clear();
}

restart_budget::duration restart_budget::wait() {
  auto const base = static_cast<double>(policy_->delay.count());
  auto const cap = static_cast<double>(policy_->max_delay.count());
  if (policy_->delay <= duration::zero()) return duration::zero();
  auto const grown = std::min(base * std::pow(policy_->backoff, in_a_row_ - 1), std::max(base, cap));
  auto const jittered = grown * (1.0 + policy_->jitter * (2.0 * random_unit() - 1.0));
  return duration{static_cast<duration::rep>(jittered)};
}

// splitmix64: jitter needs no better, and no shared state.
double restart_budget::random_unit() noexcept {
  random_ += 0x9e3779b97f4a7c15;
  auto z = random_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

}  // namespace reeve
