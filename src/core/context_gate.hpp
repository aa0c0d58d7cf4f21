// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <mutex>
#include <unordered_set>

namespace reeve {

/// What ends with an application's execution context, which may be destroyed at any time: the way back into it
/// from a thread of ours (what would have gone through is dropped), and the handlers that wait for us (they are
/// destroyed with it, as those that wait for Asio are). Thread-safe.
class context_gate {
 public:
  /// The gate of the context behind `executor`: the same one for the same context.
  static std::shared_ptr<context_gate> of(boost::asio::any_io_executor const& executor);

  /// Calls `f` if the context still exists; it goes on to exist until `f` returns. `f` only posts.
  template <class F>
  void enter(F&& f) {
    std::lock_guard const lock{mutex_};
    if (open_) f();
  }

  /// Owns it until it is released, or the context is destroyed.
  void keep(std::shared_ptr<void> const& waiting) {
    std::lock_guard const lock{mutex_};
    if (open_) kept_.insert(waiting);
  }

  /// Whether it was still kept.
  bool release(std::shared_ptr<void> const& waiting) {
    std::lock_guard const lock{mutex_};
    return kept_.erase(waiting) != 0;
  }

  void shut() {
    decltype(kept_) kept;  // destroyed without the lock: that may end a supervisor
    std::lock_guard const lock{mutex_};
    open_ = false;
    kept.swap(kept_);
  }

 private:
  std::mutex mutex_;
  bool open_ = true;
  std::unordered_set<std::shared_ptr<void>> kept_;
};

}  // namespace reeve
