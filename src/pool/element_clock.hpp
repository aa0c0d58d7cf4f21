// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstdint>

namespace reeve {

/// Measures the elements of a batch: each by itself, or several quick ones together, because to read the clock takes
/// longer than to run one of them. Sans I/O.
class element_clock {
 public:
  using clock = std::chrono::steady_clock;

  /// Elements that take less than `quick` are measured so many at a time.
  static constexpr std::chrono::nanoseconds quick{100};
  static constexpr std::uint32_t together = 16;

  /// An element begins: at what time. Unless it is to be exact, that may be when the first of those began that are
  /// measured together. `now()` reads the clock.
  template <class Now>
  clock::time_point begin(bool exact, Now&& now) {
    if (exact) {
      forget();
      together_ = 1;
    }
    if (count_ == 0 && !goes_on_) began_ = now();
    ++count_;
    return began_;
  }

  /// It has ended: what it took, with those before it for which zero was said.
  template <class Now>
  std::chrono::nanoseconds end(bool last, Now&& now) {
    if (count_ < together_ && !last) return {};
    auto const ended = now();
    auto const took = ended - began_;
    together_ = took < quick * count_ ? together : 1;
    count_ = 0;
    goes_on_ = together_ != 1 && !last;
    began_ = ended;
    return took;
  }

  /// Something else went on since then: what was not measured yet is not.
  void forget() noexcept {
    count_ = 0;
    goes_on_ = false;
  }

 private:
  std::uint32_t together_ = 1;
  std::uint32_t count_ = 0;
  // The next one begins where the last ones ended.
  bool goes_on_ = false;
  clock::time_point began_{};
};

}  // namespace reeve
