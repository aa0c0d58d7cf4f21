// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/channel_request_writer.hpp"

#include "shm/channel_doorbell.hpp"
#include "shm/channel_ring.hpp"

#include <algorithm>

namespace reeve {
namespace {

namespace tcl = task_channel_layout;

// The bytes of a body from `first` on, in the order of its two parts.
template <class Function>
void for_parts(channel_body const& body, std::size_t first, std::size_t size, Function&& function) {
  if (first < body.preface.size()) {
    auto const part = body.preface.substr(first, size);
    function(part);
    first += part.size();
    size -= part.size();
  }
  if (size != 0) function(body.payload.substr(first - body.preface.size(), size));
}

}  // namespace

// A head moves on towards its tail, and never beyond it.
std::uint64_t channel_request_writer::load_head(tcl::cursor const& head, std::uint64_t last,
                                                std::uint64_t tail, char const* what) {
  auto const now = head.value.load(std::memory_order_seq_cst);
  if (now - last <= tail - last) return now;
  if (violation_.empty()) violation_ = std::string{"the channel's head of its "} + what + " makes no sense";
  return last;
}

bool channel_request_writer::entry_room() {
  auto const full = [this] { return submission_tail_ - submission_head_ == tcl::submission_count; };
  if (full())
    submission_head_ =
        load_head(memory_.header.submission_head, submission_head_, submission_tail_, "submissions");
  entry_wanted_ = full();
  return !entry_wanted_;
}

std::size_t channel_request_writer::ring_room(bool look) {
  if (look) request_head_ = load_head(memory_.header.request_head, request_head_, request_tail_, "requests");
  return tcl::request_size - static_cast<std::size_t>(request_tail_ - request_head_);
}

std::optional<channel_request_writer::way> channel_request_writer::plan(std::size_t body_size) {
  if (!entry_room()) return std::nullopt;
  if (body_size <= tcl::inline_size) return way::in_slot;
  // What is streamed comes next in the ring: nothing may be written before it.
  if (stream_) return std::nullopt;
  if (body_size <= tcl::request_whole_max && (body_size <= ring_room(false) || body_size <= ring_room(true)))
    return way::in_ring;
  return way::streamed;
}

void channel_request_writer::submit(slot_ref ref, way where, channel_body const& body) {
  std::size_t ring_bytes = 0;
  if (where == way::in_ring) {
    ring_bytes = body.size();
    for_parts(body, 0, ring_bytes, [this](std::string_view part) {
      copy_in(memory_.request, request_tail_, part.data(), part.size());
      request_tail_ += part.size();
    });
    memory_.header.request_tail.value.store(request_tail_, std::memory_order_release);
  } else if (where == way::streamed) {
    stream_ = {.ref = ref, .body = body};
  }
  memory_.submissions[submission_tail_ % tcl::submission_count] = {
      .sequence = ref.sequence, .index = ref.index, .ring_bytes = static_cast<std::uint32_t>(ring_bytes)};
  memory_.header.submission_tail.value.store(++submission_tail_, std::memory_order_release);
  unheard_ = true;
}

void channel_request_writer::ring() {
  if (!unheard_) return;
  unheard_ = false;
  memory_.header.submission_tail.value.store(submission_tail_, std::memory_order_seq_cst);
  wake_sleeper(memory_.header.worker_awaits.value, tcl::awaits_offers, work_);
}

bool channel_request_writer::stream_claimed() {
  auto const& ref = stream_->ref;
  auto const word = memory_.slots[ref.index].claim.load(std::memory_order_seq_cst);
  if (word == tcl::claim_word(ref.sequence, tcl::slot_state::claimed)) return true;
  if (word != tcl::claim_word(ref.sequence, tcl::slot_state::offered) && violation_.empty())
    violation_ = "the claim word of the channel's slot " + std::to_string(ref.index) + " makes no sense";
  return false;
}

bool channel_request_writer::pump() {
  if (!stream_ || stream_->forgotten || !stream_claimed()) return false;
  auto const before = stream_->written;
  // The worker may read as fast as this writes: the caller has other things to do as well.
  auto const until = std::min(stream_->body.size(), before + tcl::request_size);
  while (stream_->written < until) {
    auto const left = std::min(until - stream_->written, tcl::piece);
    auto room = ring_room(false);
    if (room < left) room = ring_room(true);
    if (room == 0 || !violation_.empty()) break;
    write_piece(std::min(left, room));
  }
  bool const moved = stream_->written != before;
  if (stream_->written == stream_->body.size()) stream_.reset();
  return moved;
}

void channel_request_writer::write_piece(std::size_t size) {
  for_parts(stream_->body, stream_->written, size, [this](std::string_view part) {
    copy_in(memory_.request, request_tail_, part.data(), part.size());
    request_tail_ += part.size();
  });
  stream_->written += size;
  memory_.header.request_tail.value.store(request_tail_, std::memory_order_seq_cst);
  wake_sleeper(memory_.header.worker_awaits.value, tcl::awaits_bytes, work_);
}

bool channel_request_writer::can_go_on() {
  if (entry_wanted_ && entry_room()) return true;
  if (!stream_ || stream_->forgotten || !stream_claimed()) return false;
  // The worker rings once half of the ring is free: see worker_channel::read_stream.
  return ring_room(true) >= tcl::request_size / 2;
}

}  // namespace reeve
