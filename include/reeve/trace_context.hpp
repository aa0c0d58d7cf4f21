// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// Where in a distributed trace something happens: W3C Trace Context, level 2, and W3C Baggage.
///
/// It travels as the texts `traceparent`, `tracestate` and `baggage`: to each worker by the environment (TRACEPARENT,
/// TRACESTATE, BAGGAGE), with each task, and with each message of a pipeline. A value; an empty one belongs to no
/// trace, and may have baggage all the same.
struct REEVE_DECL trace_context {
  /// Of the whole trace; all zero: none.
  std::array<std::uint8_t, 16> trace_id{};
  /// Of the span that this is the context of: the parent of those that are made below it.
  std::array<std::uint8_t, 8> span_id{};
  /// Bit 0: sampled. Bit 1: the trace id is random. The others are 0.
  std::uint8_t flags = 0;
  /// `tracestate`: what the systems on the way keep there. Well-formed, at most 32 members and 512 bytes.
  std::string state{};
  /// `baggage`: what the application sends along (see `reeve::baggage`). At most 8,192 bytes.
  std::string baggage{};

  /// Whether it belongs to a trace.
  bool valid() const noexcept {
    auto const halves = std::bit_cast<std::array<std::uint64_t, 2>>(trace_id);
    return (halves[0] | halves[1]) != 0 && std::bit_cast<std::uint64_t>(span_id) != 0;
  }
  /// Whether that trace is recorded.
  bool sampled() const noexcept { return (flags & 1U) != 0; }

  /// "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"; empty where it belongs to no trace.
  std::string traceparent() const;
  /// The trace id, 32 hexadecimal digits.
  std::string trace_id_text() const;
  /// The span id, 16 hexadecimal digits.
  std::string span_id_text() const;

  /// One for a span below this one: the same, with a span id of its own. Of one that belongs to no trace: a new
  /// trace that is not sampled, with this one's baggage.
  trace_context child() const;

  /// What a system keeps in `state` under its key.
  std::optional<std::string_view> state_of(std::string_view key) const noexcept;
  /// Puts it there, at the left end, as the standard says of what changes; the 33rd member goes, and what finds no room.
  /// False, and nothing changes: the key or the value is not as the standard wants it, or they are too long together.
  bool set_state(std::string_view key, std::string_view value);

  friend bool operator==(trace_context const&, trace_context const&) = default;
};

/// The beginning of a new trace. The ids are random, and not for secrets.
REEVE_DECL trace_context new_trace(bool sampled);

/// What came from outside, as the standards want it read: a `traceparent` that is malformed is as good as none, and
/// then its `tracestate` does not count either; a `tracestate` that is malformed does not count; of `baggage` what is
/// malformed does not count. A `traceparent` of a later version is read as far as it is known.
REEVE_DECL trace_context parse_trace(std::string_view traceparent, std::string_view tracestate = {},
                                     std::string_view baggage = {});

/// That of this process's environment: TRACEPARENT, TRACESTATE, BAGGAGE. In a worker the one it was started with.
/// Reads the environment, as `getenv` does.
REEVE_DECL trace_context trace_of_environment();

}  // namespace reeve
