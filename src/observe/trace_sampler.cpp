// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/trace_sampler.hpp"

#include "core/random_ids.hpp"

namespace reeve {

trace_sampler::trace_sampler(sampler which, double ratio) noexcept
    : which_{which},
      asks_parent_{which == sampler::parent_or_on || which == sampler::parent_or_off ||
                   which == sampler::parent_or_ratio},
      bound_{static_cast<std::uint64_t>(ratio * static_cast<double>(sampled_parts))} {}

// A share is taken as OpenTelemetry's TraceIdRatioBased takes it in other languages: everybody on the way who has the same
// one takes the same traces.
bool trace_sampler::samples(trace_context const& parent,
                            std::array<std::uint8_t, 16> const& trace_id) const noexcept {
  if (asks_parent_ && parent.valid()) return parent.sampled();
  return sampled_part(trace_id) < recorded_below();
}

std::uint64_t trace_sampler::recorded_below() const noexcept {
  switch (which_) {
    case sampler::always_on:
    case sampler::parent_or_on: return sampled_parts;
    case sampler::ratio:
    case sampler::parent_or_ratio: return bound_;
    default: return 0;
  }
}

}  // namespace reeve
