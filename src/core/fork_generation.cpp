// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/fork_generation.hpp"

#include <atomic>
#include <pthread.h>

namespace reeve {
namespace {

constinit std::atomic<std::uint32_t> generation{1};

// There is no memory for it: then a fork is not told from its parent.
[[maybe_unused]] int const fork_is_watched =
    ::pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

std::uint32_t fork_generation() noexcept { return generation.load(std::memory_order_relaxed); }

}  // namespace reeve
