// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"
#include "shm/channel_request_reader.hpp"
#include "shm/channel_result_writer.hpp"
#include "shm/channel_segment.hpp"
#include "shm/channel_waiter.hpp"
#include "shm/task_channel_layout.hpp"

#include <boost/interprocess/mapped_region.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reeve {

/// A task that the worker has claimed.
struct claimed_task {
  slot_ref slot{};
  std::uint64_t task_id = 0;
  std::uint32_t function = 0;
  std::uint32_t attempt = 0;
  std::uint32_t elements = 0;
  bool batch = false;
  /// The begin of each element is to be exact.
  bool timed = false;
  task_trace trace = task_trace::none;
  /// There was no memory for the body: the two views are empty.
  bool body_lost = false;
  /// Both lie in the slot, and are valid until its last result is written; or in `storage`.
  std::string_view preface{};
  std::string_view payload{};
  /// Holds a body that is not in its slot; give the same one again to claim without allocating. It may be moved
  /// along with the views: what it holds is never so small that it lies within.
  std::string storage{};
};

/// A result that is to be written.
struct outgoing_result {
  slot_ref slot{};
  /// In order, from 0.
  std::uint32_t element = 0;
  result_status status = result_status::ok;
  /// The task has ended: nothing of its slot may be used any more.
  bool last = true;
  /// The pool need not hear of it at once: another one follows. It is woken all the same when the ring is half
  /// full.
  bool quiet = false;
  std::chrono::nanoseconds run_time{};
  /// At most `max_message` bytes.
  std::string_view payload{};
};

/// The worker's end of its task channel. `stop_requested` and `set_progress` may be called by any thread, all else
/// by one. It trusts the pool, which is its parent.
class worker_channel {
 public:
  /// Maps the channel, and takes over the descriptors, which are closed on exec then. A segment that is none of
  /// this version is EPROTO.
  static std::unique_ptr<worker_channel> attach(unique_fd segment, unique_fd work, unique_fd news,
                                                unique_fd attention, error_code& ec);
  worker_channel(worker_channel const&) = delete;
  worker_channel& operator=(worker_channel const&) = delete;

  /// The pool's functions: `claimed_task::function` is an index.
  std::vector<function_name> const& functions() const noexcept { return facts_.functions; }
  std::uint64_t generation() const noexcept { return facts_.generation; }
  /// The longest payload that a result may have.
  std::uint64_t max_message() const noexcept { return facts_.max_message; }

  /// What else the pool says.
  channel_facts const& settings() const noexcept { return facts_; }

  /// Readable when the pool has rung: for the thread that works, and for the one that hears of stops.
  int work() const noexcept { return work_.get(); }
  int attention() const noexcept { return attention_.get(); }

  /// How `claim` and `result` wait for the pool: until `work` is readable. False gives up. By default they poll
  /// it without end.
  void on_wait(std::function<bool()> wait) { waiter_.on_wait(std::move(wait)); }

  /// Claims the next task, if there is one. May wait for the rest of a long body. False as well where the waiting
  /// was given up.
  bool claim(claimed_task& task);

  /// The task begins with an element, at this time. Before the first one, too: from then on its limits count.
  void start_element(slot_ref ref, std::uint32_t element, std::chrono::steady_clock::time_point now) {
    auto& slot = memory().slots[ref.index];
    std::chrono::nanoseconds const since_the_epoch = now.time_since_epoch();
    slot.started.store(static_cast<std::uint64_t>(since_the_epoch.count()), std::memory_order_relaxed);
    slot.progress.store(0, std::memory_order_relaxed);
    // The element last: see pool_channel::look.
    auto const running = task_channel_layout::running_word(ref.sequence, element);
    if (element != 0 || (slot.flags & task_channel_layout::flag_wake_on_claim) == 0) {
      slot.running.store(running, std::memory_order_release);
      return;
    }
    slot.running.store(running, std::memory_order_seq_cst);
    waiter_.wake_pool(task_channel_layout::awaits_results);
  }

  /// How far its present element is: 0 to 1.
  void set_progress(slot_ref slot, double done) noexcept;

  /// Whether the pool wants that element to stop, or all: for `every_element` only the latter. One load.
  bool stop_requested(slot_ref slot, std::uint32_t element) const noexcept {
    auto const stop = memory().slots[slot.index].stop.load(std::memory_order_acquire);
    return stop == task_channel_layout::running_word(slot.sequence, element) ||
           stop == task_channel_layout::running_word(slot.sequence, every_element);
  }

  /// Whether there may be something to claim.
  bool has_offers() const noexcept { return !requests_.empty(); }

  /// Writes a result. May wait for room. False where the waiting was given up.
  bool result(outgoing_result const& result);

  /// Writes the result of an element that has ended well and is not the last, quietly, where that can be done in
  /// brief. False: nothing was done.
  bool brief_result(slot_ref slot, std::uint32_t element, std::chrono::nanoseconds run_time,
                    std::string_view payload) {
    return payload.size() <= facts_.max_message &&
           results_.write_brief(slot.sequence << 8U | slot.index, element,
                                static_cast<std::uint64_t>(run_time.count()), payload);
  }

  /// How often `claim` and `result` have waited.
  std::uint64_t waits() const noexcept { return waiter_.waits(); }

  /// Wakes the pool if it sleeps, after quiet results.
  void ring() { results_.ring(); }

  /// True: there is nothing to claim; the pool will ring, wait for `work`. False: claim.
  bool sleep();

  /// `work` is readable: makes it unreadable. The worker does not sleep any more.
  void woken() noexcept { waiter_.woken(); }

 private:
  worker_channel(boost::interprocess::mapped_region region, channel_facts facts, unique_fd work,
                 unique_fd news, unique_fd attention);
  task_channel_layout::segment& memory() const noexcept {
    return *static_cast<task_channel_layout::segment*>(region_.get_address());
  }
  static task_trace trace_of(std::uint16_t flags) noexcept;
  bool take(task_channel_layout::slot const& slot, std::size_t ring_bytes, claimed_task& task);

  boost::interprocess::mapped_region region_;
  channel_facts facts_;
  unique_fd work_;
  unique_fd news_;
  unique_fd attention_;
  channel_waiter waiter_;
  channel_request_reader requests_;
  channel_result_writer results_;
};

}  // namespace reeve
