// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/unique_fd.hpp"

#include <fcntl.h>

namespace reeve {

unique_fd above_standard_streams(unique_fd fd) noexcept {
  if (!fd || fd.get() > STDERR_FILENO) return fd;
  unique_fd high{::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
  return high ? std::move(high) : std::move(fd);
}

}  // namespace reeve
