// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstdint>

namespace reeve {

/// The peak resident memory of this process in bytes (VmHWM of /proc/self/status, which an exec resets, where
/// getrusage's figure starts at the parent's); 0 where it is not known.
std::uint64_t peak_memory();

}  // namespace reeve
