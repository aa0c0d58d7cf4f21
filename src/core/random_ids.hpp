// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/endian/conversion.hpp>

#include <array>
#include <cstdint>

namespace reeve {

/// Random bytes for ids, never all zero: a few nanoseconds, without a lock. Not for secrets.
std::array<std::uint8_t, 16> random_trace_id() noexcept;
std::array<std::uint8_t, 8> random_span_id() noexcept;

/// What samplers look at of a trace id: the upper 63 bits of its second half, the high byte first.
inline std::uint64_t sampled_part(std::array<std::uint8_t, 16> const& trace_id) noexcept {
  return boost::endian::load_big_u64(trace_id.data() + 8) >> 1U;
}
/// One more than the greatest of these.
inline constexpr std::uint64_t sampled_parts = std::uint64_t{1} << 63U;
/// A trace id whose sampled part is less than that, which is not 0.
std::array<std::uint8_t, 16> random_trace_id_below(std::uint64_t bound) noexcept;
/// How many random trace ids go by until one comes whose sampled part is less than that: for the price of a few
/// ids what to draw them all would tell. Of 0: as many as there can be.
std::uint64_t random_ids_until_below(std::uint64_t bound) noexcept;

}  // namespace reeve
