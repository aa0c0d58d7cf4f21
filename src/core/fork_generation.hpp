// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/detail/config.hpp"

#include <cstdint>

namespace reeve {

/// Another number in a process that was forked from this one: what belongs to threads, or must be unlike, is not its own
/// there. At least 1; a load.
REEVE_DECL std::uint32_t fork_generation() noexcept;

}  // namespace reeve
