// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <mutex>

namespace reeve {

/// The way back from a thread of ours into an application's execution context, which may be destroyed at any
/// time: once it is, the gate is shut, and what would have gone through is dropped.
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

  void shut() {
    std::lock_guard const lock{mutex_};
    open_ = false;
  }

 private:
  std::mutex mutex_;
  bool open_ = true;
};

}  // namespace reeve
