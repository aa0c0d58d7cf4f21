// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "shm/task_channel_layout.hpp"

#include <cstdint>
#include <functional>
#include <utility>

namespace reeve {

/// How a worker waits for its pool, and wakes it.
class channel_waiter {
 public:
  channel_waiter(task_channel_layout::segment& memory, int work, int news) noexcept
      : memory_{memory}, work_{work}, news_{news} {}

  /// Instead of polling `work` without end. False gives up.
  void on_wait(std::function<bool()> wait) { wait_ = std::move(wait); }

  /// Waits until `there` does not give 0, and gives that; 0 where the waiting was given up. It is woken for
  /// `what`; `there` loads it sequentially consistent.
  template <class There>
  std::uint64_t until(std::uint64_t what, There&& there) {
    for (;;) {
      if (auto const found = there()) return found;
      if (arm(what); auto const found = there()) {
        disarm();
        return found;
      }
      if (!wait()) return 0;
    }
  }

  /// The worker is about to sleep. It looks once more after this.
  void arm(std::uint64_t what) noexcept {
    memory_.header.worker_awaits.value.store(what, std::memory_order_seq_cst);
  }
  /// It does not sleep.
  void disarm() noexcept { memory_.header.worker_awaits.value.store(0, std::memory_order_relaxed); }

  /// `work` is readable.
  void woken() noexcept;

  /// How often it has waited.
  std::uint64_t waits() const noexcept { return waits_; }

  /// Wakes the pool, if it sleeps and waits for this, which was published sequentially consistent.
  void wake_pool(std::uint64_t what) noexcept;

 private:
  bool wait();

  task_channel_layout::segment& memory_;
  int work_;
  int news_;
  std::function<bool()> wait_;
  std::uint64_t waits_ = 0;
};

}  // namespace reeve
