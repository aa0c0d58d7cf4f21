// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace reeve {

/// Decides how many elements of a map travel together: enough that handing them over costs little beside running
/// them, and so few that no worker is left alone with much of the work. Sans I/O.
class chunk_size {
 public:
  using duration = std::chrono::nanoseconds;

  /// Nothing travels in larger pieces.
  static constexpr std::size_t most_elements = 65'536;
  static constexpr std::size_t most_bytes = std::size_t{1} << 20U;
  /// What a chunk is to take.
  static constexpr duration aim = std::chrono::milliseconds{2};
  /// A chunk is at most one of so many for each worker of what they share.
  static constexpr std::size_t shares = 4;

  /// A given size is not changed by what is measured. Zero: none is given.
  explicit chunk_size(std::size_t given = 0) noexcept;

  /// So many elements took so long together.
  void took(std::size_t elements, duration time) noexcept;

  /// How many the next chunk should have, where so many workers are to share so many elements (as far as that is
  /// known). At least 1.
  std::size_t next(std::size_t workers, std::optional<std::size_t> shared) const noexcept;

  /// So many elements keep so many workers busy.
  std::size_t keeps_busy(std::size_t workers) const noexcept;

 private:
  bool given_;
  std::size_t size_;
  double each_ = 0;  // what an element takes, in nanoseconds; 0 before the first is measured
};

}  // namespace reeve
