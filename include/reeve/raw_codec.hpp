// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

namespace reeve {

/// Whether a trivially copyable type is encoded as its bytes, as numbers are. For a type of yours:
///
///     struct point { double x, y; };
///     template <> inline constexpr bool reeve::enable_raw_codec<point> = true;
///
/// Whoever says so vouches that there is no address inside, and that every pattern of bytes is a value: a bool
/// among its members does not hold that, nor does an enum on whose values you rely. The bytes between the members
/// travel, too. The two sides must agree on the type; nothing compares its members.
template <class T>
inline constexpr bool enable_raw_codec = false;

}  // namespace reeve
