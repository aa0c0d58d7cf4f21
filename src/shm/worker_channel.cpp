// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/worker_channel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>
#include <fcntl.h>

namespace reeve {
namespace {

namespace tcl = task_channel_layout;

using reading = channel_request_reader::reading;

}  // namespace

worker_channel::worker_channel(boost::interprocess::mapped_region region, channel_facts facts, unique_fd work,
                               unique_fd news, unique_fd attention)
    : region_{std::move(region)},
      facts_{std::move(facts)},
      work_{std::move(work)},
      news_{std::move(news)},
      attention_{std::move(attention)},
      waiter_{memory(), work_.get(), news_.get()},
      requests_{memory(), waiter_},
      results_{memory(), waiter_} {
  for (auto const* fd : {&work_, &news_, &attention_}) ::fcntl(fd->get(), F_SETFD, FD_CLOEXEC);
}

std::unique_ptr<worker_channel> worker_channel::attach(unique_fd segment, unique_fd work, unique_fd news,
                                                       unique_fd attention, error_code& ec) {
  channel_facts facts;
  auto region = map_channel_segment(segment.get(), facts, ec);
  if (ec) return nullptr;
  return std::unique_ptr<worker_channel>{new worker_channel{
      std::move(region), std::move(facts), std::move(work), std::move(news), std::move(attention)}};
}

bool worker_channel::claim(claimed_task& task) {
  tcl::submission entry;
  while (requests_.next(entry)) {
    auto& slot = memory().slots[entry.index];
    auto word = tcl::claim_word(entry.sequence, tcl::slot_state::offered);
    if (slot.claim.compare_exchange_strong(word, tcl::claim_word(entry.sequence, tcl::slot_state::claimed))) {
      task.slot = {.index = entry.index, .sequence = entry.sequence};
      return take(slot, entry.ring_bytes, task);
    }
    // Revoked, and perhaps offered anew: then under another sequence, by another entry.
    requests_.skip(entry.ring_bytes);
  }
  return false;
}

task_trace worker_channel::trace_of(std::uint16_t flags) noexcept {
  if ((flags & tcl::flag_traced) != 0) return task_trace::sent;
  return (flags & tcl::flag_unrecorded) != 0 ? task_trace::unrecorded : task_trace::none;
}

// From the claim to the last result the pool's part of the slot does not change.
bool worker_channel::take(tcl::slot const& slot, std::size_t ring_bytes, claimed_task& task) {
  task.task_id = slot.task_id;
  task.function = slot.function;
  task.attempt = slot.attempt;
  task.elements = slot.elements;
  task.batch = (slot.flags & tcl::flag_batch) != 0;
  task.timed = (slot.flags & tcl::flag_timed) != 0;
  task.trace = trace_of(slot.flags);
  task.body_lost = false;
  auto const size = static_cast<std::size_t>(slot.body_size);
  std::string_view body{slot.body.data(), size};
  if (bool const streamed = (slot.flags & tcl::flag_streamed) != 0; streamed || ring_bytes != 0) {
    if (streamed) waiter_.wake_pool(tcl::awaits_results);
    auto const got =
        streamed ? requests_.read_stream(size, task.storage) : requests_.read(ring_bytes, task.storage);
    if (got == reading::given_up) return false;
    task.body_lost = got == reading::lost;
    body = task.storage;
  }
  auto const preface_size = task.body_lost ? 0 : std::size_t{slot.preface_size};
  task.preface = body.substr(0, preface_size);
  task.payload = body.substr(preface_size);
  return true;
}

void worker_channel::set_progress(slot_ref ref, double done) noexcept {
  memory().slots[ref.index].progress.store(std::bit_cast<std::uint64_t>(done), std::memory_order_relaxed);
}

bool worker_channel::result(outgoing_result const& result) {
  assert(result.payload.size() <= facts_.max_message);
  auto const slot = result.slot.sequence << 8U | result.slot.index;
  auto const run_ns =
      static_cast<std::uint64_t>(std::max(result.run_time, std::chrono::nanoseconds{0}).count());
  return results_.write({.slot = slot,
                         .element = result.element,
                         .status = static_cast<std::uint16_t>(result.status),
                         .flags = result.last ? tcl::flag_last : std::uint16_t{0},
                         .size = result.payload.size(),
                         .run_ns = run_ns},
                        result.payload, result.quiet);
}

bool worker_channel::sleep() {
  results_.ring();
  requests_.tell_of_room();
  waiter_.arm(tcl::awaits_offers);
  if (requests_.empty()) return true;
  waiter_.disarm();
  return false;
}

}  // namespace reeve
