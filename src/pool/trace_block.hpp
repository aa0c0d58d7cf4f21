// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/trace_context.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// The trace of a task on its way to a worker: 16 bytes of the trace id, 8 of the span id, 1 of the flags, the sizes of
/// state and baggage in 16 bits each, the low byte first, and the two texts.
inline constexpr std::size_t trace_block_head = 29;

/// Appends it. The texts have fewer than 65,536 bytes.
void append_trace_block(std::string& out, trace_context const& trace);

/// Takes it off the front; nothing where it is not whole.
std::optional<trace_context> take_trace_block(std::string_view& in);

}  // namespace reeve
