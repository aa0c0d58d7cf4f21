// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>

namespace reeve {

/// For the end of a shutdown whose supervisor is dead and cannot sweep up: writes out what the standard streams
/// hold and kills the process group, this process with it. Where this process does not lead its group it does
/// nothing: the others are none of its business.
void end_with_group() noexcept;

/// Kills the process group, or this process alone where it does not lead its group, unless the process has
/// ended by itself in the given time. No code of the worker's can delay it. Does not block.
void kill_group_after(std::chrono::milliseconds time) noexcept;

}  // namespace reeve
