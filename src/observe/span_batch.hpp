// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/span_record.hpp"

#include <cstddef>
#include <vector>

namespace reeve {

/// Spans on their way to the thread that exports them, as bytes one behind the other. A span has a dozen pieces of memory
/// that lie apart: to read and to free what another processor has just written takes several times what the span took.
class span_batch {
 public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// Where there is no memory it throws, and nothing changes.
  void push_back(span_record const& span);
  /// The memory is used again, up to `most_kept_memory`.
  void clear() noexcept;

  /// Takes one span after the other out of its bytes.
  class reader {
   public:
    explicit reader(span_batch const& of) noexcept : at_{of.bytes_.data()}, left_{of.size_} {}
    /// Whether there is another one. Then it is in `out`, whose memory is used again.
    bool next(span_data& out);

   private:
    char const* at_;
    std::size_t left_;
  };

 private:
  std::vector<char> bytes_;
  std::size_t size_ = 0;
};

}  // namespace reeve
