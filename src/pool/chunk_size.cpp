// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/chunk_size.hpp"

#include <algorithm>

namespace reeve {

chunk_size::chunk_size(std::size_t given) noexcept
    : given_{given != 0}, size_{std::clamp(given, std::size_t{1}, most_elements)} {}

// What becomes slow is believed at once. What becomes quick may be an exception: it is believed by and by, and the
// size grows step by step.
void chunk_size::took(std::size_t elements, duration time) noexcept {
  if (given_ || elements == 0) return;
  auto const mean = std::max(static_cast<double>(time.count()) / static_cast<double>(elements), 1.0);
  each_ = mean >= each_ ? mean : (each_ + 3 * mean) / 4;
  auto const fitting = static_cast<double>(aim.count()) / each_;
  auto const most = std::min(4 * size_, most_elements);
  size_ = fitting >= static_cast<double>(most) ? most
                                               : std::max(static_cast<std::size_t>(fitting), std::size_t{1});
}

std::size_t chunk_size::next(std::size_t workers, std::optional<std::size_t> shared) const noexcept {
  if (given_ || !shared) return size_;
  return std::clamp(*shared / (shares * std::max(workers, std::size_t{1})), std::size_t{1}, size_);
}

std::size_t chunk_size::keeps_busy(std::size_t workers) const noexcept {
  return shares * std::max(workers, std::size_t{1}) * size_;
}

}  // namespace reeve
