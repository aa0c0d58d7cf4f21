// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <sys/types.h>

namespace reeve {

// The children that `launch` started and nobody has reaped yet: what else is a child of this process is the
// application's, or a stray. Thread-safe, without a lock, which a fork could find held.

void remember_child(pid_t pid) noexcept;
void forget_child(pid_t pid) noexcept;
bool is_known_child(pid_t pid) noexcept;

}  // namespace reeve
