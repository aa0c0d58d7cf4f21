// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstddef>

namespace reeve {

/// Of a buffer that is used again and again, in bytes: to ask the kernel for new pages takes longer than to write into old
/// ones. One that has grown beyond that is given back.
inline constexpr std::size_t most_kept_memory = std::size_t{1} << 20U;

}  // namespace reeve
