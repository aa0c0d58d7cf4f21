// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "shm/task_channel_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// The bytes of a task: its preface and its payload, one after the other.
struct channel_body {
  std::string_view preface;
  std::string_view payload;

  std::size_t size() const noexcept { return preface.size() + payload.size(); }
};

/// Writes to the submission ring and to the request ring of a channel: the pool's part of `pool_channel`. What the
/// worker writes to these are its two heads.
class channel_request_writer {
 public:
  /// Where a body goes.
  enum class way {
    in_slot,
    /// Into the ring, before it is offered.
    in_ring,
    /// Through the ring in pieces, once it was claimed.
    streamed,
  };

  /// What the worker wrote that makes no sense is put into `violation`. The descriptor wakes the worker.
  channel_request_writer(task_channel_layout::segment& memory, int work, std::string& violation) noexcept
      : memory_{memory}, work_{work}, violation_{violation} {}

  /// Where a body of this size would go now; nothing if there is no place.
  std::optional<way> plan(std::size_t body_size);

  /// Writes the entry of an offer whose slot is written, and its body, where it does not lie in the slot.
  void submit(slot_ref ref, way where, channel_body const& body);

  /// Wakes the worker where it sleeps and was not woken for all entries.
  void ring();

  bool streaming() const noexcept { return stream_.has_value(); }
  bool streams(slot_ref ref) const noexcept { return stream_ && stream_->ref == ref; }

  /// Writes what there is room for, if the body that is on its way was claimed. Whether it was anything.
  bool pump();

  /// The body of an offer that was revoked is not on its way any more.
  void drop(slot_ref ref) noexcept {
    if (streams(ref)) stream_.reset();
  }
  /// The body will never be written to its end.
  void forget(slot_ref ref) noexcept {
    if (streams(ref)) stream_->forgotten = true;
  }

  /// Whether the worker's reading lets the pool go on with something.
  bool waits_for_room() const noexcept { return entry_wanted_ || (stream_ && !stream_->forgotten); }
  /// Whether there is something to do: for who is about to sleep.
  bool can_go_on();

 private:
  struct stream {
    slot_ref ref;
    channel_body body;
    std::size_t written = 0;
    bool forgotten = false;
  };

  bool entry_room();
  std::size_t ring_room(bool look);
  bool stream_claimed();
  void write_piece(std::size_t size);
  std::uint64_t load_head(task_channel_layout::cursor const& head, std::uint64_t last, std::uint64_t tail,
                          char const* what);

  task_channel_layout::segment& memory_;
  int work_;
  std::string& violation_;

  std::uint64_t submission_tail_ = 0;
  std::uint64_t submission_head_ = 0;  // as last seen
  std::uint64_t request_tail_ = 0;
  std::uint64_t request_head_ = 0;  // as last seen
  // There are entries for which the worker was not woken.
  bool unheard_ = false;
  // An offer was refused because the submission ring was full.
  bool entry_wanted_ = false;
  std::optional<stream> stream_;
};

}  // namespace reeve
