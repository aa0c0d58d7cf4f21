// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/detail/config.hpp"

#include <utility>
#include <unistd.h>

namespace reeve {

/// Owns a file descriptor.
class unique_fd {
 public:
  constexpr unique_fd() noexcept = default;
  constexpr explicit unique_fd(int fd) noexcept : fd_{fd} {}
  unique_fd(unique_fd&& other) noexcept : fd_{other.release()} {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    unique_fd taken{std::move(other)};
    std::swap(fd_, taken.fd_);
    return *this;
  }
  ~unique_fd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept {
    if (fd_ >= 0) ::close(release());
  }

 private:
  int fd_ = -1;
};

/// The descriptor under a number above those of the standard streams, closed on exec: where one of these is
/// closed, a descriptor of ours may get its number, and a child that inherits the stream would inherit ours.
/// `fd` itself where no such number is left.
REEVE_DECL unique_fd above_standard_streams(unique_fd fd) noexcept;

}  // namespace reeve
