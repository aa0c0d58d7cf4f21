// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/socket_set.hpp"

#include <sys/socket.h>

namespace reeve::detail {

bool socket_set::add(int fd) {
  std::lock_guard const lock{mutex_};
  if (!shut_) open_.insert(fd);
  return !shut_;
}

void socket_set::remove(int fd) noexcept {
  std::lock_guard const lock{mutex_};
  open_.erase(fd);
}

void socket_set::shut() noexcept {
  std::lock_guard const lock{mutex_};
  shut_ = true;
  for (int const fd : open_) ::shutdown(fd, SHUT_RDWR);
}

bool socket_set::is_shut() const noexcept {
  std::lock_guard const lock{mutex_};
  return shut_;
}

}  // namespace reeve::detail
