// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/limit_watch.hpp"

#include <algorithm>

namespace reeve {

void limit_watch::offered(time_point now) noexcept {
  offered_at_ = now;
  began_.reset();
  element_ = 0;
  least_ = 0;
  soft_passed_ = false;
}

void limit_watch::next_element(std::uint32_t element) noexcept {
  least_ = element;
  began_.reset();
  soft_passed_ = false;
}

limit_watch::due limit_watch::look(sight const& seen, time_point now) noexcept {
  if (seen.element < least_) return due::nothing;
  if (!began_ || seen.element != element_) {
    began_ = std::clamp(seen.started, offered_at_, std::max(now, offered_at_));
    element_ = seen.element;
    soft_passed_ = false;
  }
  if (killed_at_ && now >= *killed_at_) return due::hard;
  if (limits_.hard.count() > 0 && now >= *began_ + limits_.hard) return due::hard;
  if (soft_passed_ || limits_.soft.count() == 0 || now < *began_ + limits_.soft) return due::nothing;
  soft_passed_ = true;
  return due::soft;
}

std::optional<limit_watch::time_point> limit_watch::next(time_point now) const noexcept {
  auto const begin = began_.value_or(now);
  std::optional<time_point> at = killed_at_;
  auto const sooner = [&at](time_point t) { at = at ? std::min(*at, t) : t; };
  if (limits_.hard.count() > 0) sooner(begin + limits_.hard);
  if (limits_.soft.count() > 0 && !soft_passed_) sooner(begin + limits_.soft);
  // The next element may have begun just now.
  if (several_ && limits_.hard.count() > 0) sooner(now + limits_.hard);
  if (several_ && limits_.soft.count() > 0) sooner(now + limits_.soft);
  return at;
}

}  // namespace reeve
