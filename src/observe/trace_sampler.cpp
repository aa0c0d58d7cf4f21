// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/trace_sampler.hpp"

#include <boost/endian/conversion.hpp>

namespace reeve {
namespace {

constexpr std::uint64_t two_to_63 = std::uint64_t{1} << 63U;

}  // namespace

trace_sampler::trace_sampler(sampler which, double ratio) noexcept
    : which_{which},
      asks_parent_{which == sampler::parent_or_on || which == sampler::parent_or_off ||
                   which == sampler::parent_or_ratio},
      bound_{static_cast<std::uint64_t>(ratio * static_cast<double>(two_to_63))} {}

bool trace_sampler::samples(trace_context const& parent,
                            std::array<std::uint8_t, 16> const& trace_id) const noexcept {
  if (asks_parent_ && parent.valid()) return parent.sampled();
  switch (which_) {
    case sampler::always_on:
    case sampler::parent_or_on: return true;
    case sampler::ratio:
    case sampler::parent_or_ratio: return in_share(trace_id);
    default: return false;
  }
}

// As OpenTelemetry's TraceIdRatioBased has it in other languages: everybody on the way who has the same share takes the
// same traces.
bool trace_sampler::in_share(std::array<std::uint8_t, 16> const& trace_id) const noexcept {
  return boost::endian::load_big_u64(trace_id.data() + 8) >> 1U < bound_;
}

}  // namespace reeve
