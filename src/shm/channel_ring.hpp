// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace reeve {

/// Copies into a ring of bytes, from a position that counts on for ever. At most as many as the ring has.
template <std::size_t Size>
void copy_in(std::array<char, Size>& ring, std::uint64_t position, void const* data,
             std::size_t size) noexcept {
  if (size == 0) return;
  auto const place = static_cast<std::size_t>(position % Size);
  auto const before_the_end = std::min(size, Size - place);
  std::memcpy(ring.data() + place, data, before_the_end);
  if (before_the_end < size)
    std::memcpy(ring.data(), static_cast<char const*>(data) + before_the_end, size - before_the_end);
}

/// Copies out of a ring, and gives it to `append(char const*, std::size_t)` in one part or two.
template <std::size_t Size, class Append>
void copy_out(std::array<char, Size> const& ring, std::uint64_t position, std::size_t size, Append&& append) {
  auto const place = static_cast<std::size_t>(position % Size);
  auto const before_the_end = std::min(size, Size - place);
  append(ring.data() + place, before_the_end);
  if (before_the_end < size) append(ring.data(), size - before_the_end);
}

/// Makes room for `more` bytes of a text that is said to become `claimed` bytes long. What is allocated is at most
/// eight times what is there, or a mebibyte.
inline void make_room(std::string& text, std::size_t more, std::uint64_t claimed) {
  if (text.capacity() - text.size() >= more) return;
  auto const most = std::max(std::size_t{1} << 20U, 8 * (text.size() + more));
  text.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(claimed, most)));
}

}  // namespace reeve
