// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "shm/channel_waiter.hpp"
#include "shm/task_channel_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace reeve {

/// Reads the submission ring and the request ring of a channel: the worker's part.
class channel_request_reader {
 public:
  channel_request_reader(task_channel_layout::segment& memory, channel_waiter& waiter) noexcept
      : memory_{memory}, waiter_{waiter} {}

  /// The next entry, if there is one.
  bool next(task_channel_layout::submission& entry) noexcept;

  /// The bytes of an entry that could not be claimed are of no use.
  void skip(std::size_t bytes) noexcept;

  /// What became of a reading.
  enum class reading {
    done,
    /// It was read, and there was no memory to keep it.
    lost,
    /// The waiting was given up.
    given_up,
  };

  /// Reads so many bytes that are there.
  reading read(std::size_t size, std::string& body);

  /// Reads so many bytes that will come.
  reading read_stream(std::uint64_t size, std::string& body);

  /// Whether there is no entry: for who is about to sleep.
  bool empty() const noexcept;

  /// The pool may wait for the room of entries that are done with.
  void tell_of_room() noexcept;

 private:
  std::uint64_t wait_for_bytes();
  bool append(std::size_t bytes, std::uint64_t claimed, std::string& body) noexcept;

  task_channel_layout::segment& memory_;
  channel_waiter& waiter_;
  std::uint64_t submission_head_ = 0;
  std::uint64_t submission_tail_ = 0;  // as last seen
  std::uint64_t request_head_ = 0;
};

}  // namespace reeve
