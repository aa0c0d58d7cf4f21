// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/trace_context.hpp"
#include "reeve/tracing.hpp"

#include <array>
#include <cstdint>

namespace reeve {

/// Decides which traces are recorded.
class trace_sampler {
 public:
  /// `ratio` is from 0 to 1.
  trace_sampler(sampler which, double ratio) noexcept;

  /// Whether a span is recorded: of that parent, which may belong to no trace, in that trace.
  bool samples(trace_context const& parent, std::array<std::uint8_t, 16> const& trace_id) const noexcept;
  /// Of traces that begin here those are recorded whose sampled part (core/random_ids.hpp) is less.
  std::uint64_t recorded_below() const noexcept;

 private:
  sampler which_;
  bool asks_parent_;
  std::uint64_t bound_;
};

}  // namespace reeve
