// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <array>
#include <cstdint>

namespace reeve {

/// Random bytes for ids, never all zero: a few nanoseconds, without a lock. Not for secrets.
std::array<std::uint8_t, 16> random_trace_id() noexcept;
std::array<std::uint8_t, 8> random_span_id() noexcept;

}  // namespace reeve
