// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/span_batch.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace reeve {

/// Which spans are exported when: a machine without clock or lock. Spans are put into batches as they come, so that a
/// batch is handed over by a swap.
class span_batcher {
 public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  struct limits {
    std::size_t max_queue = 2048;
    std::size_t max_batch = 512;
    clock::duration delay{};
  };

  /// What `add` has done.
  enum class added {
    /// There was no room or no memory: it was counted.
    dropped,
    /// It waits for others.
    queued,
    /// It waits, and `wake` gives an earlier time than before.
    wake,
  };

  struct counts {
    std::uint64_t exported = 0;
    std::uint64_t dropped = 0;
    std::uint64_t failed = 0;
  };

  explicit span_batcher(limits const& bounds) : limits_{bounds} {}

  added add(span_record const& span, time_point now) noexcept;
  /// Whether a batch is due; then it is in `out`, what was in there is used again, and `ended` must follow.
  bool take(time_point now, span_batch& out);
  /// So many of the batch were taken.
  void ended(std::size_t exported);
  /// When a batch is due; nothing: not before something else happens.
  std::optional<time_point> wake() const noexcept;

  /// What waits is due now. Tells when that was exported.
  std::uint64_t flush();
  /// Whether all of that flush was exported; nothing: it is not over yet. Once it is over it is forgotten.
  std::optional<bool> flushed(std::uint64_t flush);
  /// Nobody waits for it any more.
  void forget(std::uint64_t flush) { flushes_.erase(flush); }

  /// Nothing is taken in any more, and what there is is due.
  void close();
  /// What still waits is not exported any more: it has failed.
  void abandon();

  /// Those that wait or are being exported.
  std::size_t waiting() const noexcept { return queued_ + under_way_; }
  /// Whether somebody waits for what there is, or half of the room is taken.
  bool hurries() const noexcept { return ended_ < due_up_to_ || 2 * queued_ > limits_.max_queue; }
  counts const& so_far() const noexcept { return counts_; }

 private:
  struct flush_call {
    std::uint64_t up_to = 0;
    bool failed = false;
  };

  bool is_due(time_point now) const noexcept;
  span_batch* put(span_record const& span, time_point now) noexcept;
  span_batch& open_batch(time_point now);
  void end(std::size_t size, std::size_t exported);

  limits const limits_;
  std::deque<span_batch> batches_;  // the oldest first; all but the last one are full
  span_batch spare_;
  std::size_t queued_ = 0;
  std::size_t under_way_ = 0;
  std::uint64_t ended_ = 0;  // of all that were ever queued, as are the places below
  std::uint64_t due_up_to_ = 0;
  time_point last_since_{};
  std::map<std::uint64_t, flush_call> flushes_;
  std::uint64_t next_flush_ = 1;
  counts counts_;
  bool closed_ = false;
};

}  // namespace reeve
