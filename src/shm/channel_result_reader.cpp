// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/channel_result_reader.hpp"

#include "shm/channel_doorbell.hpp"
#include "shm/channel_ring.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace reeve {

namespace tcl = task_channel_layout;

namespace {

constexpr std::size_t brief_block = 4096;
static_assert(brief_block >= sizeof(std::uint64_t) + tcl::brief_size_max);

}  // namespace

channel_result_reader::channel_result_reader(tcl::segment& memory, std::uint64_t max_message, int work,
                                             std::string& violation)
    : memory_{memory},
      max_message_{max_message},
      work_{work},
      violation_{violation},
      copies_{new char[tcl::result_size]} {}

bool channel_result_reader::violate(std::string what) {
  if (violation_.empty()) violation_ = std::move(what);
  return false;
}

bool channel_result_reader::waiting() const noexcept {
  return memory_.header.result_tail.value.load(std::memory_order_seq_cst) != read_;
}

bool channel_result_reader::next(raw& found) {
  if (read_ == tail_ && !look_for_more()) return false;
  if (gathering_) return gather(found);
  if (tcl::is_brief(next_word())) return read_briefs(found);
  tcl::record header;
  if (!read_header(header)) return false;
  before_ = header;
  if (sizeof header + tcl::padded(header.size) <= tcl::result_whole_max) return read_whole(header, found);
  read_ += sizeof header;
  gathering_ = {.header = header, .payload = {}};
  return gather(found);
}

// The tail moves on, by multiples of 8, and not beyond the room that the worker was given.
bool channel_result_reader::look_for_more() {
  auto const tail = memory_.header.result_tail.value.load(std::memory_order_acquire);
  if (tail == tail_) return false;
  if (tail % 8 != 0 || tail - head_ > tcl::result_size || tail - head_ < tail_ - head_)
    return violate("the channel's tail of its results makes no sense");
  tail_ = tail;
  return true;
}

bool channel_result_reader::read_header(tcl::record& header) {
  if (tail_ - read_ < sizeof header) return violate("a result of the channel ends within its header");
  auto* place = reinterpret_cast<char*>(&header);
  copy_out(memory_.result, read_, sizeof header, [&place](char const* data, std::size_t size) {
    std::memcpy(place, data, size);
    place += size;
  });
  if (header.size > max_message_) return violate("a result of the channel is longer than is allowed");
  return true;
}

std::uint64_t channel_result_reader::next_word() const {
  std::uint64_t word = 0;
  std::memcpy(&word, memory_.result.data() + read_ % tcl::result_size, sizeof word);
  return word;
}

// All that are there, block by block: copied first, and then looked at. They keep their form in the copy.
bool channel_result_reader::read_briefs(raw& found) {
  if (!before_) return violate("a brief result of the channel follows none");
  found = {.header = {.slot = before_->slot,
                      .element = before_->element + 1,
                      .status = static_cast<std::uint16_t>(result_status::ok),
                      .flags = 0,
                      .size = 0,
                      .run_ns = 0},
           .payload = {},
           .briefs = 0};
  auto const begin = copied_;
  for (std::size_t size = 0, good = 0; good == size && read_ != tail_; copied_ += good, read_ += good) {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(tail_ - read_, brief_block));
    auto* const block = copies_.get() + copied_;
    auto* place = block;
    copy_out(memory_.result, read_, size, [&place](char const* data, std::size_t part) {
      std::memcpy(place, data, part);
      place += part;
    });
    good = count_briefs({block, size}, found);
  }
  // One that makes no sense is left until those before it were taken.
  if (found.briefs == 0) return violate("a brief result of the channel is too long, or not whole");
  before_->element += found.briefs;
  found.payload = {copies_.get() + begin, copied_ - begin};
  found.header.size = found.payload.size();
  return true;
}

// How many bytes of the block are whole brief records.
std::size_t channel_result_reader::count_briefs(std::string_view block, raw& found) {
  std::size_t good = 0;
  while (good != block.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, block.data() + good, sizeof word);
    auto const all = sizeof word + static_cast<std::size_t>(tcl::padded(tcl::brief_size(word)));
    if (!tcl::is_brief(word) || tcl::brief_size(word) > tcl::brief_size_max || all > block.size() - good)
      break;
    good += all;
    ++found.briefs;
    found.header.run_ns += tcl::brief_time(word);
  }
  return good;
}

bool channel_result_reader::read_whole(tcl::record const& header, raw& found) {
  auto const all = sizeof header + tcl::padded(header.size);
  if (tail_ - read_ < all) return violate("a result of the channel is not whole");
  auto const size = static_cast<std::size_t>(header.size);
  auto* const copy = copies_.get() + copied_;
  copy_out(memory_.result, read_ + sizeof header, size, [this](char const* data, std::size_t part) {
    std::memcpy(copies_.get() + copied_, data, part);
    copied_ += part;
  });
  read_ += all;
  found = {.header = header, .payload = {copy, size}, .briefs = 0};
  return true;
}

bool channel_result_reader::gather(raw& found) {
  // What the caller still uses is bounded by the room that it holds back: nothing is given back beside it.
  bool const alone = copied_ == 0 && gathered_.empty();
  // The worker may write as fast as this reads: the caller has other things to do as well.
  for (std::uint64_t budget = tcl::result_size; missing() != 0;) {
    if (budget == 0 || (read_ == tail_ && !look_for_more())) return false;
    auto const now = std::min({missing(), tail_ - read_, budget, std::uint64_t{tcl::piece}});
    append(now);
    budget -= now;
    if (alone) publish();
  }
  auto& kept = gathered_.emplace_back(std::move(gathering_->payload));
  found = {.header = gathering_->header, .payload = kept, .briefs = 0};
  gathering_.reset();
  return true;
}

// So many bytes of the record are still to come.
std::uint64_t channel_result_reader::missing() const noexcept {
  return tcl::padded(gathering_->header.size) - tcl::padded(gathering_->payload.size());
}

void channel_result_reader::append(std::uint64_t bytes) {
  auto& payload = gathering_->payload;
  auto const text = std::min(bytes, gathering_->header.size - payload.size());
  make_room(payload, static_cast<std::size_t>(text), gathering_->header.size);
  copy_out(memory_.result, read_, static_cast<std::size_t>(text),
           [&payload](char const* data, std::size_t size) { payload.append(data, size); });
  read_ += bytes;
}

void channel_result_reader::release() {
  if (read_ != head_) publish();
  copied_ = 0;
  gathered_.clear();
}

void channel_result_reader::publish() {
  head_ = read_;
  memory_.header.result_head.value.store(head_, std::memory_order_seq_cst);
  wake_sleeper(memory_.header.worker_awaits.value, tcl::awaits_room, work_);
}

}  // namespace reeve
