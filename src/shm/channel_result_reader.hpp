// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "shm/task_channel_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// Reads the result ring of a channel: the pool's part of `pool_channel`. It copies what it gives into private
/// memory first: a worker that writes on while the pool decodes harms nobody.
class channel_result_reader {
 public:
  /// A record, or a run of brief ones: the header is then that of the first, with the run time of all, and the
  /// payload is what a `detail::result_run` reads. The payload is valid until `release`.
  struct raw {
    task_channel_layout::record header;
    std::string_view payload;
    std::uint32_t briefs = 0;
  };

  /// What the worker wrote that makes no sense is put into `violation`. The descriptor wakes the worker.
  channel_result_reader(task_channel_layout::segment& memory, std::uint64_t max_message, int work,
                        std::string& violation);

  /// The next record of which all is there. False: there is none, or it makes no sense.
  bool next(raw& found);

  /// Gives the room of all that was read back to the worker.
  void release();

  /// Whether something was published that was not read: for who is about to sleep.
  bool waiting() const noexcept;

 private:
  // A record that comes in pieces.
  struct gathering {
    task_channel_layout::record header;
    std::string payload;
  };

  bool look_for_more();
  bool read_header(task_channel_layout::record& header);
  bool read_briefs(raw& found);
  static std::size_t count_briefs(std::string_view block, raw& found);
  std::uint64_t next_word() const;
  bool read_whole(task_channel_layout::record const& header, raw& found);
  bool gather(raw& found);
  std::uint64_t missing() const noexcept;
  void append(std::uint64_t bytes);
  void publish();
  bool violate(std::string what);

  task_channel_layout::segment& memory_;
  std::uint64_t max_message_;
  int work_;
  std::string& violation_;

  std::uint64_t read_ = 0;
  std::uint64_t tail_ = 0;  // as last seen
  std::uint64_t head_ = 0;  // as published: what is between it and read_ is with the caller

  // The payloads that are with the caller. Those of whole records cannot be more than the ring has.
  std::unique_ptr<char[]> copies_;
  std::size_t copied_ = 0;
  std::deque<std::string> gathered_;
  std::optional<gathering> gathering_;
  // What a brief record goes on from.
  std::optional<task_channel_layout::record> before_;
};

}  // namespace reeve
