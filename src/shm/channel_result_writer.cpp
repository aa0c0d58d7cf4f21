// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/channel_result_writer.hpp"

#include "shm/channel_ring.hpp"

#include <algorithm>

namespace reeve {

namespace tcl = task_channel_layout;

bool channel_result_writer::write(tcl::record const& header, std::string_view payload, bool quiet) {
  last_slot_ = header.slot;
  last_element_ = header.element;
  auto const all = sizeof header + tcl::padded(payload.size());
  if (all > tcl::result_whole_max) return write_in_pieces(header, payload);
  if (wait_for_room(all) == 0) return false;
  put(&header, sizeof header);
  put(payload.data(), payload.size());
  publish(quiet);
  return true;
}

bool channel_result_writer::write_in_pieces(tcl::record const& header, std::string_view payload) {
  if (wait_for_room(tcl::piece) == 0) return false;
  put(&header, sizeof header);
  while (!payload.empty()) {
    // The pool sleeps only when it has read everything: then there is room for a whole piece.
    auto const there = wait_for_room(std::min<std::uint64_t>(tcl::padded(payload.size()), tcl::piece / 2));
    if (there == 0) return false;
    auto const part = payload.substr(0, std::min<std::uint64_t>(there, tcl::piece));
    put(part.data(), part.size());
    payload.remove_prefix(part.size());
    publish(false);
  }
  return true;
}

std::uint64_t channel_result_writer::room() noexcept { return tcl::result_size - (tail_ - head_); }

// Where the ring is half full, the pool is woken.
bool channel_result_writer::has_room(std::uint64_t size) {
  head_ = memory_.header.result_head.value.load(std::memory_order_acquire);
  if (room() < tcl::result_size / 2) ring();
  return room() >= size;
}

// How much room there is, at least what is wanted; 0 where the waiting was given up.
std::uint64_t channel_result_writer::wait_for_room(std::uint64_t wanted) {
  if (room() >= wanted) return room();
  head_ = memory_.header.result_head.value.load(std::memory_order_acquire);
  if (room() >= wanted) return room();
  ring();
  return waiter_.until(tcl::awaits_room, [this, wanted]() -> std::uint64_t {
    head_ = memory_.header.result_head.value.load(std::memory_order_seq_cst);
    return room() >= wanted ? room() : 0;
  });
}

// Each record and each piece begins at a multiple of 8; the bytes between do not matter.
void channel_result_writer::put(void const* data, std::size_t size) noexcept {
  copy_in(memory_.result, tail_, data, size);
  tail_ += tcl::padded(size);
}

void channel_result_writer::publish(bool quiet) noexcept {
  if (quiet && room() < tcl::result_size / 2)
    head_ = memory_.header.result_head.value.load(std::memory_order_acquire);
  unheard_ = true;
  if (!quiet || room() < tcl::result_size / 2)
    ring();
  else
    memory_.header.result_tail.value.store(tail_, std::memory_order_release);
}

void channel_result_writer::ring() {
  if (!unheard_) return;
  unheard_ = false;
  memory_.header.result_tail.value.store(tail_, std::memory_order_seq_cst);
  waiter_.wake_pool(tcl::awaits_results);
}

}  // namespace reeve
