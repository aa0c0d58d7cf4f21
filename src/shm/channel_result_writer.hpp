// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "shm/channel_waiter.hpp"
#include "shm/task_channel_layout.hpp"

#include <cstddef>
#include <cstdint>
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

  /// Wakes the pool, where it was not woken for all that was written.
  void ring();

 private:
  bool write_in_pieces(task_channel_layout::record const& header, std::string_view payload);
  std::uint64_t room() noexcept;
  std::uint64_t wait_for_room(std::uint64_t wanted);
  void put(void const* data, std::size_t size) noexcept;
  void publish(bool quiet) noexcept;

  task_channel_layout::segment& memory_;
  channel_waiter& waiter_;
  std::uint64_t tail_ = 0;
  std::uint64_t head_ = 0;  // as last seen
  bool unheard_ = false;
};

}  // namespace reeve
