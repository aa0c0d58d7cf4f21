// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/channel_doorbell.hpp"

#include <boost/system/system_category.hpp>

#include <cerrno>
#include <sys/eventfd.h>
#include <unistd.h>

namespace reeve {

unique_fd make_doorbell(error_code& ec) {
  ec = {};
  auto fd = above_standard_streams(unique_fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)});
  if (!fd) ec.assign(errno, boost::system::system_category());
  return fd;
}

void ring_doorbell(int fd) noexcept {
  std::uint64_t const one = 1;
  // EAGAIN: its count is at the end, so that it is readable.
  while (::write(fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void silence_doorbell(int fd) noexcept {
  std::uint64_t count = 0;
  while (::read(fd, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

}  // namespace reeve
