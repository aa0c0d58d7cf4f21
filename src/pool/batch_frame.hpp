// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace reeve {

// The frames of a batch: of each element the size of its arguments, 32 bits, the low byte first, and these.

/// The bytes of the first frame: at most all that there are.
inline std::size_t frame_size(std::string_view frames) noexcept {
  std::uint32_t size = 0;
  if (frames.size() < sizeof size) return frames.size();
  std::memcpy(&size, frames.data(), sizeof size);
  return std::min(frames.size(), sizeof size + std::size_t{size});
}

/// The arguments in the first frame, which is taken off.
inline std::string_view take_frame(std::string_view& frames) noexcept {
  auto const size = frame_size(frames);
  auto const arguments =
      frames.substr(std::min(size, sizeof(std::uint32_t)), size - std::min(size, sizeof(std::uint32_t)));
  frames.remove_prefix(size);
  return arguments;
}

}  // namespace reeve
