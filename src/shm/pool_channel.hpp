// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"
#include "shm/channel_request_writer.hpp"
#include "shm/channel_result_reader.hpp"
#include "shm/channel_segment.hpp"
#include "shm/task_channel_layout.hpp"

#include <boost/interprocess/mapped_region.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// A task for a worker.
struct channel_offer {
  std::uint64_t task_id = 0;
  std::uint32_t function = 0;
  std::uint32_t attempt = 1;
  /// How many elements the payload has: there may be so many results. At least 1.
  std::uint32_t elements = 1;
  /// Told to the worker: the payload is that of a batch.
  bool batch = false;
  /// Told to the worker: the begin of each element is to be exact, not only that of some.
  bool timed = false;
  /// The pool is woken when the worker begins with it, and `next_begun` gives it.
  bool wake_on_claim = false;
  /// Told to the worker.
  task_trace trace = task_trace::none;
  /// The trace's block (pool/trace_block.hpp) and the correlation id: at most `preface_max` bytes. Both views stay where
  /// they are until the task has ended, was revoked or forgotten.
  std::string_view preface{};
  std::string_view payload{};
};

/// What a worker does with an offer.
struct channel_look {
  /// It was claimed: it cannot be revoked any more.
  bool claimed = false;
  /// When its present element was begun, by what the worker says; nothing where it did not begin yet. Not before
  /// the clock's epoch, and else any time: clamp it.
  std::optional<std::chrono::steady_clock::time_point> started{};
  /// Its present element.
  std::uint32_t element = 0;
  /// 0 to 1.
  double progress = 0;
};

/// What became of one element of a task; or of several, of which each has ended well and none is the last.
struct channel_result {
  slot_ref slot{};
  /// They come in order, from 0.
  std::uint32_t element = 0;
  result_status status{};
  /// It is the last one of its task, even if elements are missing; the slot is free again.
  bool last = false;
  /// By what the worker says: at most a year.
  std::chrono::nanoseconds run_time{};
  /// Private memory, valid until `release`.
  std::string_view payload{};
  /// Not zero: of so many elements, from that one on. The run time is that of all; the payload has the results one
  /// after the other, as `detail::result_run` reads them.
  std::uint32_t briefs = 0;
};

/// The pool's end of the channel to one incarnation of a worker: makes the memory, offers tasks, takes them back,
/// reads results. It believes nothing that the worker wrote without a check; what it kept of its own it never
/// reads from the shared memory. Not thread-safe. It never blocks.
class pool_channel {
 public:
  /// A new channel. On failure `ec` is set, and it is null. More than 16 MiB of functions are EMSGSIZE.
  static std::unique_ptr<pool_channel> make(channel_facts const& facts, error_code& ec);
  pool_channel(pool_channel const&) = delete;
  pool_channel& operator=(pool_channel const&) = delete;

  /// The descriptors for the worker, to be inherited under the numbers of `task_channel_layout`; of the segment
  /// until `close_segment`. `news` is readable when the worker has rung.
  int segment() const noexcept { return segment_.get(); }
  int work() const noexcept { return work_.get(); }
  int news() const noexcept { return news_.get(); }
  int attention() const noexcept { return attention_.get(); }
  void close_segment() noexcept { segment_.reset(); }

  /// How many offers there may be beside those that have not ended: at most 64.
  std::size_t free_slots() const noexcept { return free_count_; }

  /// Whether a body (preface and payload) is on its way that the worker reads in pieces. Meanwhile only
  /// bodies of at most `task_channel_layout::inline_size` can be offered.
  bool streaming() const noexcept { return requests_.streaming(); }

  /// Offers a task. False where there is no slot or no place for it now: try again after `next`, `pump` or
  /// `revoke` have made some. The worker is not woken: see `ring`.
  bool offer(channel_offer const& offer, slot_ref& ref);

  /// Wakes the worker if it sleeps. Once after all offers that can be made.
  void ring();

  /// Takes an offer back. True: the worker will not run it, and the slot is free. False: it has claimed it, or
  /// there is no such offer any more.
  bool revoke(slot_ref ref);

  /// What the worker does with an offer that has not ended. After its end: nothing.
  channel_look look(slot_ref ref);

  /// Asks a task that was claimed, or only one of its elements, to stop, and rings the worker's service thread. Of
  /// two elements the one that was named last is asked; all of them stay asked.
  void request_stop(slot_ref ref, std::uint32_t element = every_element);

  /// Never reads its payload any more, even if the worker has not got all of it: for a worker that is to be
  /// killed. The slot stays taken.
  void forget(slot_ref ref);

  /// Gives one of those offers with `wake_on_claim` that the worker has begun with, each once. One that ends
  /// before it is asked for is left out.
  bool next_begun(slot_ref& ref);

  /// Writes what can be written of a body that is on its way. Whether that was anything.
  bool pump();

  /// The next result, if there is one. After the worker's end it gives all that was published whole, until it gives
  /// none.
  bool next(channel_result& result);

  /// Whether there may be a result.
  bool has_news() const noexcept { return results_.waiting(); }

  /// The results that `next` has given are done with: gives their room back, and wakes a worker that waits for
  /// it. Once after all that could be read.
  void release();

  /// True: there is nothing to do for this channel; the worker will ring, wait for `news`. False: look again at
  /// results, beginnings, offers and `pump`. Releases what was read.
  bool sleep();

  /// `news` is readable: makes it unreadable. The pool does not sleep any more.
  void woken();

  /// What the worker wrote that makes no sense; empty where all is well. From then on the channel gives no results
  /// and takes no offers; `look` and `revoke` still tell what they can.
  std::string const& violation() const noexcept { return violation_; }

 private:
  struct bells {
    unique_fd work;
    unique_fd news;
    unique_fd attention;
  };

  // What was offered in a slot and has not ended: the shared slot may say anything.
  struct held {
    std::uint64_t sequence = 0;
    std::uint32_t elements = 0;
    std::uint32_t results = 0;
    bool taken = false;
    bool stopping = false;  // all of its elements
  };

  pool_channel(boost::interprocess::mapped_region region, unique_fd segment, bells doorbells,
               std::uint64_t max_message);
  task_channel_layout::segment& memory() const noexcept {
    return *static_cast<task_channel_layout::segment*>(region_.get_address());
  }
  held* find(slot_ref ref) noexcept;
  bool begun(std::uint32_t index) const noexcept;
  std::optional<std::uint32_t> find_begun() const noexcept;
  void free_slot(std::uint32_t index);
  bool accept(channel_result_reader::raw const& raw, channel_result& result);
  void violate(std::string what);
  void wrong_claim(std::uint32_t index);

  boost::interprocess::mapped_region region_;
  unique_fd segment_;
  unique_fd work_;
  unique_fd news_;
  unique_fd attention_;
  std::string violation_;

  std::uint64_t sequence_ = 0;
  std::array<held, task_channel_layout::slot_count> held_{};
  // The slots that are free; the one that was freed last is taken first: it is warm.
  std::array<std::uint8_t, task_channel_layout::slot_count> free_{};
  std::size_t free_count_ = 0;
  // The offers of which the begin is to be told: a bit for each slot.
  std::uint64_t watched_ = 0;
  static_assert(task_channel_layout::slot_count == 64);

  channel_request_writer requests_;
  channel_result_reader results_;
};

}  // namespace reeve
