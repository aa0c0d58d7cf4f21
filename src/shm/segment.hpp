// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"

#include <boost/interprocess/mapped_region.hpp>

#include <cstddef>

namespace reeve {

/// A new anonymous segment of shared memory: nameless, close-on-exec, zeroed, allocated in full so that no
/// first touch can fail, and sealed so that nobody who has its descriptor can change its size. `label` shows
/// in /proc/<pid>/maps. On failure `ec` is set and the descriptor is empty.
unique_fd make_segment(char const* label, std::size_t size, error_code& ec);

/// Maps the first `size` bytes of a segment to read and write. A descriptor that is no segment of at least
/// this size, or one that could still shrink, is EPROTO.
boost::interprocess::mapped_region map_segment(int fd, std::size_t size, error_code& ec);

}  // namespace reeve
