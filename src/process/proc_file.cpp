// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/proc_file.hpp"

#include "core/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace reeve {

std::string read_proc_file(std::string const& path) {
  unique_fd const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return {};
  std::string text;
  for (std::size_t size = 0;;) {
    text.resize(std::max<std::size_t>(4096, size * 2));
    auto const got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got > 0) size += static_cast<std::size_t>(got);
    if (got > 0) continue;
    text.resize(size);
    return text;
  }
}

}  // namespace reeve
