// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What several workers of the tests do.

#include "reeve/worker.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace reeve::test {

/// Waits until the worker is asked to stop.
inline void wait_for_stop(worker& self) {
  std::mutex mutex;
  std::condition_variable_any forever;
  std::unique_lock lock{mutex};
  forever.wait(lock, self.stop_token(), [] { return false; });
}

/// Waits that long, or until the worker is asked to stop; false then.
inline bool pause_for(worker& self, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any forever;
  std::unique_lock lock{mutex};
  forever.wait_for(lock, self.stop_token(), time, [] { return false; });
  return !self.stop_requested();
}

}  // namespace reeve::test
