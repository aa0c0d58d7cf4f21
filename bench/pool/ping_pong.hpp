// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "../common/compare.hpp"
#include "../common/cpu.hpp"
#include "../common/processes.hpp"

#include <vector>

namespace reeve::bench {

/// Two processes that wake each other by an eventfd, for which the other waits with epoll.
class ping_pong {
 public:
  /// The other process uses these CPUs.
  explicit ping_pong(std::vector<int> const& cpus)
      : other_{[&] {
          use_cpus(cpus);
          for (;;) {
            there_.wait();
            back_.ring();
          }
        }} {}

  /// The median of so many round trips, in seconds.
  double median_of(std::size_t count) {
    std::vector<double> took;
    took.reserve(count);
    while (took.size() < count)
      took.push_back(seconds([&] {
        there_.ring();
        back_.wait();
      }));
    return median(std::move(took));
  }

 private:
  raw::doorbell there_;
  raw::doorbell back_;
  raw::forked_child other_;
};

}  // namespace reeve::bench
