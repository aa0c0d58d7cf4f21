// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <mutex>
#include <set>

namespace reeve::detail {

/// The open sockets of a server, that of its listener too. Thread-safe.
class socket_set {
 public:
  /// Whether it is still wanted; else it is not added.
  bool add(int fd);
  /// Before it is closed: its number may be a stranger's then.
  void remove(int fd) noexcept;

  /// Ends them all, whoever uses them at the moment, and wants no more. They stay open: whoever waits for one learns
  /// that nothing will come, and closes it.
  void shut() noexcept;
  bool is_shut() const noexcept;

 private:
  std::mutex mutable mutex_;
  std::set<int> open_;
  bool shut_ = false;
};

}  // namespace reeve::detail
