// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>

namespace reeve {

/// Lets the threads that do the application's work go first, where they want the same processor: work that comes in bursts
/// beside theirs would else hold them up for a whole burst, and the processes that wait for them as well.
class giving_way {
 public:
  using clock = std::chrono::steady_clock;

  /// Not where `hurries` is set, and not after that time: where others never pause, each time may take what the scheduler
  /// gives them at a stretch.
  giving_way(std::atomic<bool> const& hurries, clock::time_point until) noexcept
      : hurries_{hurries}, until_{until} {}

  /// To be called after each step of some hundred nanoseconds.
  void operator()() noexcept {
    if (++steps_ % steps_at_a_time == 0) pause();
  }
  /// To be called after some ten microseconds.
  void pause() noexcept {
    if (!hurries_.load(std::memory_order_relaxed) && clock::now() < until_) std::this_thread::yield();
  }

 private:
  static constexpr std::size_t steps_at_a_time = 32;

  std::atomic<bool> const& hurries_;
  clock::time_point const until_;
  std::size_t steps_ = 0;
};

}  // namespace reeve
