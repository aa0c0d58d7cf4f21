// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/delivery_map.hpp"

#include <utility>

namespace reeve::detail {
namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

}  // namespace

void delivery_map::add(std::span<nats_ptr<natsMsg>> messages, std::vector<std::uint64_t>& numbers) {
  numbers.reserve(numbers.size() + messages.size());
  std::lock_guard const lock{mutex_};
  for (auto& message : messages) {
    if (free_.empty()) {
      slots_.emplace_back();
      free_.reserve(slots_.capacity());  // giving back a place must not fail
      free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
    }
    auto const place = free_.back();
    free_.pop_back();
    auto& s = slots_[place];
    s.message = std::move(message);
    numbers.push_back(number(place, ++s.taken));
  }
}

void delivery_map::find(std::span<std::uint64_t const> numbers, std::vector<natsMsg*>& found) const {
  found.clear();
  found.reserve(numbers.size());
  std::lock_guard const lock{mutex_};
  for (auto const n : numbers) {
    auto const place = place_of(n);
    found.push_back(place == nowhere ? nullptr : slots_[place].message.get());
  }
}

std::vector<nats_ptr<natsMsg>> delivery_map::take(std::span<std::uint64_t const> numbers) {
  std::vector<nats_ptr<natsMsg>> taken;  // destroyed by the caller, without the lock
  taken.reserve(numbers.size());
  std::lock_guard const lock{mutex_};
  for (auto const n : numbers) {
    auto const place = place_of(n);
    if (place == nowhere) continue;
    taken.push_back(std::move(slots_[place].message));
    free_.push_back(static_cast<std::uint32_t>(place));
  }
  return taken;
}

std::size_t delivery_map::size() const {
  std::lock_guard const lock{mutex_};
  return slots_.size() - free_.size();
}

std::size_t delivery_map::place_of(std::uint64_t n) const {
  auto const place = (n & 0xffff'ffffU) - 1;  // wraps for a number that is none
  if (place >= slots_.size() || slots_[place].taken != n >> 32U || !slots_[place].message) return nowhere;
  return place;
}

}  // namespace reeve::detail
