// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/span.hpp>
#include <reeve/trace_context.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

// Where what is traced meets what exports it.

namespace reeve {
struct span_record;
}

namespace reeve::detail {

/// How long a worker that ends waits for its spans to be exported.
inline constexpr std::chrono::seconds worker_flush{2};

/// Decides which traces are recorded, and takes their spans. Thread-safe; nothing of it blocks, but `flush`.
class tracer {
 public:
  virtual ~tracer() = default;
  /// Whether a span with that parent (which may belong to no trace) and that trace id is recorded.
  virtual bool samples(trace_context const& parent,
                       std::array<std::uint8_t, 16> const& trace_id) noexcept = 0;
  /// Of the traces that begin here those are recorded of whose id the upper 63 bits of the second half are less than
  /// this: 0 to 2^63. What `samples` says of them. Always the same: threads draw ahead.
  virtual std::uint64_t recorded_below() const noexcept = 0;
  /// Takes a span that has ended and is sampled. Drops it where there is no room.
  virtual void record(span_record const& span) noexcept = 0;
  /// Waits until what was recorded is exported, or the time is over. Whether it is.
  virtual bool flush(std::chrono::steady_clock::duration within) noexcept = 0;
};

/// That of this process; null: none. One load where there is none.
REEVE_DECL std::shared_ptr<tracer> current_tracer() noexcept;

/// Whether there was none yet, and it is this one now.
REEVE_DECL bool install_tracer(std::shared_ptr<tracer> tracer);
/// There is none any more, if it was this one. Threads that began a trace with it may keep it until they end.
REEVE_DECL void remove_tracer(tracer const& tracer) noexcept;

/// The context of a new span: below `parent`, or the beginning of a trace, and sampled as the tracer says. Without a
/// tracer: `parent` itself.
REEVE_DECL trace_context begin_trace(trace_context const& parent);
/// The same for one that begins a trace, where that is recorded; none where it is not, at the price of a decrement: how
/// many are not is drawn at random for each that is.
REEVE_DECL std::optional<trace_context> begin_recorded_trace();
/// The same for one of which was decided that it is not recorded: with an id that the sampler does not take, either.
REEVE_DECL trace_context begin_unrecorded_trace();
/// Gives the tracer a span that has ended, where there is one.
REEVE_DECL void record_span(span_record const& span) noexcept;

}  // namespace reeve::detail
