// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/channel_request_reader.hpp"

#include "shm/channel_ring.hpp"

#include <algorithm>
#include <new>

namespace reeve {

namespace tcl = task_channel_layout;

bool channel_request_reader::next(tcl::submission& entry) noexcept {
  if (submission_head_ == submission_tail_) {
    submission_tail_ = memory_.header.submission_tail.value.load(std::memory_order_acquire);
    if (submission_head_ == submission_tail_) return false;
  }
  entry = memory_.submissions[submission_head_ % tcl::submission_count];
  memory_.header.submission_head.value.store(++submission_head_, std::memory_order_release);
  return true;
}

void channel_request_reader::skip(std::size_t bytes) noexcept {
  if (bytes == 0) return;
  request_head_ += bytes;
  memory_.header.request_head.value.store(request_head_, std::memory_order_release);
}

channel_request_reader::reading channel_request_reader::read(std::size_t size, std::string& body) {
  body.clear();
  bool const kept = append(size, size, body);
  skip(size);
  return kept ? reading::done : reading::lost;
}

// All of it is read, even if it cannot be kept: the pool counts on that.
channel_request_reader::reading channel_request_reader::read_stream(std::uint64_t size, std::string& body) {
  body.clear();
  bool kept = true;
  for (auto left = size; left != 0;) {
    auto const there = wait_for_bytes();
    if (there == 0) return reading::given_up;
    auto const now = std::min({there, left, std::uint64_t{tcl::piece}});
    kept = kept && append(static_cast<std::size_t>(now), size, body);
    request_head_ += now;
    left -= now;
    memory_.header.request_head.value.store(request_head_, std::memory_order_seq_cst);
    // Not for every piece: the pool does not sleep while half of the ring is free, and waits for that.
    if (there - now <= tcl::request_size / 2) waiter_.wake_pool(tcl::awaits_room);
  }
  return kept ? reading::done : reading::lost;
}

std::uint64_t channel_request_reader::wait_for_bytes() {
  return waiter_.until(tcl::awaits_bytes, [this] {
    return memory_.header.request_tail.value.load(std::memory_order_seq_cst) - request_head_;
  });
}

bool channel_request_reader::append(std::size_t bytes, std::uint64_t claimed, std::string& body) noexcept
    try {
  make_room(body, bytes, claimed);
  copy_out(memory_.request, request_head_, bytes,
           [&body](char const* data, std::size_t size) { body.append(data, size); });
  return true;
} catch (std::bad_alloc const&) {
  body = {};
  return false;
}

bool channel_request_reader::empty() const noexcept {
  return memory_.header.submission_tail.value.load(std::memory_order_seq_cst) == submission_head_;
}

void channel_request_reader::tell_of_room() noexcept {
  memory_.header.submission_head.value.store(submission_head_, std::memory_order_seq_cst);
  waiter_.wake_pool(tcl::awaits_room);
}

}  // namespace reeve
