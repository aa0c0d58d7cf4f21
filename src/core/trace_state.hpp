// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// The grammar of `tracestate`: W3C Trace Context, level 2, section 3.3.

namespace reeve::trace_state {

inline constexpr std::size_t max_members = 32;
/// So much of it is passed on, as the standard asks at least.
inline constexpr std::size_t max_size = 512;
/// Longer members go first where it is too long (section 3.3.1.5).
inline constexpr std::size_t long_member = 128;

bool is_key(std::string_view text) noexcept;
bool is_value(std::string_view text) noexcept;

/// A header's members without what is between them, at most `max_size`; empty where it is malformed.
std::string normalised(std::string_view header);

/// Of a state that is normalised.
std::optional<std::string_view> find(std::string_view state, std::string_view key) noexcept;
/// Whether a member is not too long for a state. (The longest that is well-formed is, by one.)
bool fits(std::string_view key, std::string_view value) noexcept;
/// With that member at its left end. The key and the value are well-formed, and fit.
std::string with(std::string_view state, std::string_view key, std::string_view value);

}  // namespace reeve::trace_state
