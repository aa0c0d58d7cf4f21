// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/pool_channel.hpp"

#include "shm/channel_doorbell.hpp"
#include "shm/channel_segment.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>

namespace reeve {
namespace {

namespace tcl = task_channel_layout;

using way = channel_request_writer::way;

// What a worker says of times and shares is made harmless: nobody's arithmetic overflows with it.
constexpr std::uint64_t longest_run = std::uint64_t{366} * 24 * 3600 * 1'000'000'000;
constexpr std::uint64_t latest_time = std::uint64_t{1} << 62U;

std::chrono::nanoseconds harmless(std::uint64_t nanoseconds, std::uint64_t most) noexcept {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(nanoseconds, most))};
}

double harmless_share(std::uint64_t bits) noexcept {
  auto const share = std::bit_cast<double>(bits);
  return share > 0 ? std::min(share, 1.0) : 0;  // not a number: 0
}

std::uint16_t flags_of(channel_offer const& offer, way where) noexcept {
  unsigned flags = 0;
  if (offer.wake_on_claim) flags |= tcl::flag_wake_on_claim;
  if (offer.batch) flags |= tcl::flag_batch;
  if (offer.timed) flags |= tcl::flag_timed;
  if (offer.trace == task_trace::sent) flags |= tcl::flag_traced;
  if (offer.trace == task_trace::unrecorded) flags |= tcl::flag_unrecorded;
  if (where == way::streamed) flags |= tcl::flag_streamed;
  return static_cast<std::uint16_t>(flags);
}

// All but the claim word. The last line is the worker's.
void fill(tcl::slot& slot, channel_offer const& offer, way where) noexcept {
  auto const preface_size = offer.preface.size();
  slot.task_id = offer.task_id;
  slot.body_size = preface_size + offer.payload.size();
  slot.function = offer.function;
  slot.attempt = offer.attempt;
  slot.flags = flags_of(offer, where);
  slot.preface_size = static_cast<std::uint16_t>(preface_size);
  slot.elements = offer.elements;
  if (where != way::in_slot) return;
  if (preface_size != 0) std::memcpy(slot.body.data(), offer.preface.data(), preface_size);
  if (!offer.payload.empty())
    std::memcpy(slot.body.data() + preface_size, offer.payload.data(), offer.payload.size());
}

}  // namespace

pool_channel::pool_channel(boost::interprocess::mapped_region region, unique_fd segment, bells doorbells,
                           std::uint64_t max_message)
    : region_{std::move(region)},
      segment_{std::move(segment)},
      work_{std::move(doorbells.work)},
      news_{std::move(doorbells.news)},
      attention_{std::move(doorbells.attention)},
      free_count_{tcl::slot_count},
      requests_{memory(), work_.get(), violation_},
      results_{memory(), max_message, work_.get(), violation_} {
  for (std::size_t i = 0; i < tcl::slot_count; ++i)
    free_[i] = static_cast<std::uint8_t>(tcl::slot_count - 1 - i);
}

std::unique_ptr<pool_channel> pool_channel::make(channel_facts const& facts, error_code& ec) {
  boost::interprocess::mapped_region region;
  auto segment = make_channel_segment(facts, region, ec);
  bells doorbells;
  for (auto* bell : {&doorbells.work, &doorbells.news, &doorbells.attention})
    if (!ec) *bell = make_doorbell(ec);
  if (ec) return nullptr;
  return std::unique_ptr<pool_channel>{
      new pool_channel{std::move(region), std::move(segment), std::move(doorbells), facts.max_message}};
}

pool_channel::held* pool_channel::find(slot_ref ref) noexcept {
  if (ref.index >= held_.size()) return nullptr;
  auto& offered = held_[ref.index];
  return offered.taken && offered.sequence == ref.sequence ? &offered : nullptr;
}

void pool_channel::violate(std::string what) {
  if (violation_.empty()) violation_ = std::move(what);
}

bool pool_channel::offer(channel_offer const& offer, slot_ref& ref) {
  assert(offer.elements != 0 && offer.preface.size() <= tcl::preface_max);
  if (!violation_.empty() || free_count_ == 0) return false;
  channel_body const body{.preface = offer.preface, .payload = offer.payload};
  auto const where = requests_.plan(body.size());
  if (!where || !violation_.empty()) return false;

  ref = {.index = free_[--free_count_], .sequence = ++sequence_};
  held_[ref.index] = {.sequence = ref.sequence, .elements = offer.elements, .taken = true};
  if (offer.wake_on_claim) watched_ |= std::uint64_t{1} << ref.index;
  auto& slot = memory().slots[ref.index];
  fill(slot, offer, *where);
  slot.claim.store(tcl::claim_word(ref.sequence, tcl::slot_state::offered), std::memory_order_release);
  requests_.submit(ref, *where, body);
  return true;
}

void pool_channel::ring() { requests_.ring(); }

void pool_channel::free_slot(std::uint32_t index) {
  held_[index].taken = false;
  watched_ &= ~(std::uint64_t{1} << index);
  free_[free_count_++] = static_cast<std::uint8_t>(index);
}

bool pool_channel::revoke(slot_ref ref) {
  auto const* const offered = find(ref);
  // Who has given results has claimed it, whatever the word says.
  if (offered == nullptr || offered->results != 0) return false;
  auto word = tcl::claim_word(ref.sequence, tcl::slot_state::offered);
  if (!memory().slots[ref.index].claim.compare_exchange_strong(
          word, tcl::claim_word(ref.sequence, tcl::slot_state::revoked))) {
    if (word != tcl::claim_word(ref.sequence, tcl::slot_state::claimed)) wrong_claim(ref.index);
    return false;
  }
  requests_.drop(ref);
  free_slot(ref.index);
  return true;
}

void pool_channel::wrong_claim(std::uint32_t index) {
  violate("the claim word of the channel's slot " + std::to_string(index) + " makes no sense");
}

channel_look pool_channel::look(slot_ref ref) {
  auto const* const offered = find(ref);
  if (offered == nullptr) return {};
  auto const& slot = memory().slots[ref.index];
  auto const word = slot.claim.load(std::memory_order_acquire);
  if (word == tcl::claim_word(ref.sequence, tcl::slot_state::offered) && offered->results == 0) return {};
  // Who wrote nonsense may have run it.
  if (word != tcl::claim_word(ref.sequence, tcl::slot_state::claimed)) wrong_claim(ref.index);

  channel_look found{.claimed = true};
  // An element is stored after its start, so that what is read of the start is never too early for it.
  auto const running = slot.running.load(std::memory_order_acquire);
  auto const element = static_cast<std::uint32_t>(running);
  if (running != tcl::running_word(ref.sequence, element)) return found;
  if (element >= offered->elements) {
    violate("the channel's slot " + std::to_string(ref.index) + " runs an element that it has not");
    return found;
  }
  found.started = std::chrono::steady_clock::time_point{
      harmless(slot.started.load(std::memory_order_relaxed), latest_time)};
  found.element = element;
  found.progress = harmless_share(slot.progress.load(std::memory_order_relaxed));
  return found;
}

void pool_channel::request_stop(slot_ref ref, std::uint32_t element) {
  auto* const offered = find(ref);
  if (offered == nullptr || offered->stopping) return;
  offered->stopping = element == every_element;
  memory().slots[ref.index].stop.store(tcl::running_word(ref.sequence, element), std::memory_order_release);
  ring_doorbell(attention_.get());
}

void pool_channel::forget(slot_ref ref) {
  if (find(ref) != nullptr) requests_.forget(ref);
}

bool pool_channel::begun(std::uint32_t index) const noexcept {
  auto const running = memory().slots[index].running.load(std::memory_order_seq_cst);
  return running == tcl::running_word(held_[index].sequence, static_cast<std::uint32_t>(running));
}

std::optional<std::uint32_t> pool_channel::find_begun() const noexcept {
  for (auto left = watched_; left != 0; left &= left - 1)
    if (auto const index = static_cast<std::uint32_t>(std::countr_zero(left)); begun(index)) return index;
  return std::nullopt;
}

bool pool_channel::next_begun(slot_ref& ref) {
  auto const index = find_begun();
  if (!index || !violation_.empty()) return false;
  watched_ &= ~(std::uint64_t{1} << *index);
  ref = {.index = *index, .sequence = held_[*index].sequence};
  return true;
}

bool pool_channel::pump() { return violation_.empty() && requests_.pump(); }

bool pool_channel::next(channel_result& result) {
  channel_result_reader::raw raw{};
  return violation_.empty() && results_.next(raw) && accept(raw, result);
}

// The record was copied: what is checked is what is used.
bool pool_channel::accept(channel_result_reader::raw const& raw, channel_result& result) {
  auto const& header = raw.header;
  slot_ref const ref{.index = static_cast<std::uint32_t>(header.slot & 0xffU), .sequence = header.slot >> 8U};
  auto* const offered = find(ref);
  bool const last = (header.flags & tcl::flag_last) != 0;
  char const* wrong = nullptr;
  if (offered == nullptr)
    wrong = "is of a task that the worker does not have";
  else if (header.element != offered->results || header.element >= offered->elements ||
           raw.briefs > offered->elements - header.element)
    wrong = "is of an element whose turn it is not";
  else if (header.status > static_cast<std::uint16_t>(result_status::stopped))
    wrong = "is of an unknown status";
  else if ((header.flags & ~unsigned{tcl::flag_last}) != 0)
    wrong = "has unknown flags";
  else if (requests_.streams(ref))
    wrong = "is of a task that the worker has not read";
  if (wrong != nullptr) {
    violate(std::string{"a result of the channel "} + wrong);
    return false;
  }
  offered->results += std::max(raw.briefs, std::uint32_t{1});
  if (last) free_slot(ref.index);
  result = {.slot = ref,
            .element = header.element,
            .status = result_status{header.status},
            .last = last,
            .run_time = harmless(header.run_ns, longest_run),
            .payload = raw.payload,
            .briefs = raw.briefs};
  return true;
}

void pool_channel::release() { results_.release(); }

bool pool_channel::sleep() {
  release();
  if (!violation_.empty()) return true;
  auto& awaits = memory().header.pool_awaits.value;
  awaits.store(tcl::awaits_results | (requests_.waits_for_room() ? tcl::awaits_room : 0),
               std::memory_order_seq_cst);
  if (!results_.waiting() && !requests_.can_go_on() && !find_begun() && violation_.empty()) return true;
  awaits.store(0, std::memory_order_relaxed);
  return false;
}

void pool_channel::woken() {
  silence_doorbell(news_.get());
  memory().header.pool_awaits.value.store(0, std::memory_order_relaxed);
}

}  // namespace reeve
