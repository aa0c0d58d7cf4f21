// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"
#include "shm/task_channel_layout.hpp"

#include <cstdint>

namespace reeve {

// How neither side sleeps through what the other one does, without a system call where nobody sleeps: the
// sleeper stores what it waits for in its word, looks once more, and waits for its doorbell; the other side
// publishes, and then looks at the word. All four are sequentially consistent: either the sleeper sees what
// was published, or the other side sees that it sleeps.

/// A new eventfd, close-on-exec and non-blocking.
unique_fd make_doorbell(error_code& ec);

/// Makes it readable.
void ring_doorbell(int fd) noexcept;

/// Makes it unreadable.
void silence_doorbell(int fd) noexcept;

/// Rings for a sleeper that waits for one of these. What it waits for was published by a sequentially consistent
/// store just before.
inline void wake_sleeper(task_channel_layout::word& awaits, std::uint64_t what, int fd) noexcept {
  if ((awaits.load(std::memory_order_seq_cst) & what) != 0 &&
      awaits.exchange(0, std::memory_order_seq_cst) != 0)
    ring_doorbell(fd);
}

}  // namespace reeve
