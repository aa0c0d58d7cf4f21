// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace reeve {

/// The limits of one task, and how far they have been used: sans I/O.
///
/// Their time begins when the task does: its worker says when that was, and is believed as far as it can be
/// true. In a batch each element has the limits for itself.
class limit_watch {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// Zero: no limit.
  struct limits {
    duration soft{};
    duration hard{};
  };

  /// What a look at the task found.
  struct sight {
    /// When the element that runs began, as its worker says.
    time_point started;
    std::uint32_t element = 0;
  };

  /// What is due.
  enum class due { nothing, soft, hard };

  /// `several`: it has several elements, and whether one has ended is not told at once.
  explicit limit_watch(limits l, bool several = false) noexcept : limits_{l}, several_{several} {}
  limit_watch() noexcept = default;

  /// The task was handed to a worker.
  void offered(time_point now) noexcept;

  /// In a batch: the elements before this one have ended.
  void next_element(std::uint32_t element) noexcept;

  /// What is due of a task that is seen to run; soft only once for each element.
  due look(sight const& seen, time_point now) noexcept;

  /// It was asked to stop by its caller: it is killed this long after.
  void cancelled(time_point now, duration grace) noexcept { killed_at_ = now + grace; }
  bool is_cancelled() const noexcept { return killed_at_.has_value(); }

  /// When to look again: of one that was not seen to run yet, the earliest moment at which anything can be due.
  std::optional<time_point> next(time_point now) const noexcept;

  bool has_limits() const noexcept { return limits_.soft.count() > 0 || limits_.hard.count() > 0; }
  bool soft_passed() const noexcept { return soft_passed_; }
  limits const& values() const noexcept { return limits_; }

 private:
  limits limits_{};
  bool several_ = false;
  time_point offered_at_{};
  std::optional<time_point> began_;
  std::uint32_t element_ = 0;
  std::uint32_t least_ = 0;  // what is seen of the elements before it is out of date
  bool soft_passed_ = false;
  std::optional<time_point> killed_at_;
};

}  // namespace reeve
