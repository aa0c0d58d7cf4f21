// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// In a header: reeve::observe, which may be a library of its own, needs it too.

namespace reeve {

/// The size of the character that the text begins with, as Unicode defines well-formed UTF-8; 0: there is none.
constexpr std::size_t utf8_size(std::string_view text) noexcept {
  if (text.empty()) return 0;
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const first = byte(0);
  if (first < 0x80) return 1;
  std::size_t const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  // The second byte: no form that is longer than need be, no half of a pair of UTF-16, nothing beyond the last
  // character.
  unsigned char const least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  unsigned char const most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < least || byte(1) > most) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  return size;
}

/// Whether it is well-formed.
constexpr bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    auto const size = utf8_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// The text, with U+FFFD in the place of each byte that does not belong to a character.
inline std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const size = utf8_size(text);
    out.append(size != 0 ? text.substr(0, size) : "\xef\xbf\xbd");
    text.remove_prefix(size != 0 ? size : 1);
  }
  return out;
}

}  // namespace reeve
