// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "shm/channel_ring.hpp"
#include "shm/channel_waiter.hpp"
#include "shm/task_channel_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace reeve {

/// Writes to the result ring of a channel: the worker's part.
class channel_result_writer {
 public:
  channel_result_writer(task_channel_layout::segment& memory, channel_waiter& waiter) noexcept
      : memory_{memory}, waiter_{waiter} {}

  /// Writes a record; `header.size` is the payload's. A quiet one wakes the pool only where the ring is half full.
  /// False where the waiting for room was given up.
  bool write(task_channel_layout::record const& header, std::string_view payload, bool quiet);

  /// Writes the result of an element as a brief record; it is a quiet one. False: it cannot be one, or there is no
  /// room, and nothing was done.
  bool write_brief(std::uint64_t slot, std::uint32_t element, std::uint64_t run_ns,
                   std::string_view payload) {
    namespace tcl = task_channel_layout;
    auto const size = sizeof(std::uint64_t) + tcl::padded(payload.size());
    if (slot != last_slot_ || element != last_element_ + 1 || payload.size() > tcl::brief_size_max ||
        run_ns > tcl::brief_time_max)
      return false;
    if (tail_ + size - head_ > tcl::result_size / 2 && !has_room(size)) return false;
    last_element_ = element;
    auto const word = tcl::brief_word(payload.size(), run_ns);
    std::memcpy(memory_.result.data() + tail_ % tcl::result_size, &word, sizeof word);  // not around the end
    copy_in(memory_.result, tail_ + sizeof word, payload.data(), payload.size());
    tail_ += size;
    unheard_ = true;
    memory_.header.result_tail.value.store(tail_, std::memory_order_release);
    return true;
  }

  /// Wakes the pool, where it was not woken for all that was written.
  void ring();

 private:
  bool write_in_pieces(task_channel_layout::record const& header, std::string_view payload);
  std::uint64_t room() noexcept;
  bool has_room(std::uint64_t size);
  std::uint64_t wait_for_room(std::uint64_t wanted);
  void put(void const* data, std::size_t size) noexcept;
  void publish(bool quiet) noexcept;

  task_channel_layout::segment& memory_;
  channel_waiter& waiter_;
  std::uint64_t tail_ = 0;
  std::uint64_t head_ = 0;  // as last seen
  bool unheard_ = false;
  // Of the record that was written last.
  std::uint64_t last_slot_ = task_channel_layout::brief_mark;
  std::uint32_t last_element_ = 0;
};

}  // namespace reeve
