// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_handle.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace reeve::detail {

/// The messages that are delivered and not yet acknowledged, by number. A number is a place and how often it
/// was taken, so that an old one finds nothing. Thread-safe; what `find` gives stays until somebody takes it
/// out.
class delivery_map {
 public:
  /// Numbers them, in their order, into `numbers`.
  void add(std::span<nats_ptr<natsMsg>> messages, std::vector<std::uint64_t>& numbers);

  /// The messages of these numbers, in their order; null for one that is not known.
  void find(std::span<std::uint64_t const> numbers, std::vector<natsMsg*>& found) const;

  /// Takes them out; those that are known.
  std::vector<nats_ptr<natsMsg>> take(std::span<std::uint64_t const> numbers);

  std::size_t size() const;

 private:
  struct slot {
    nats_ptr<natsMsg> message{};
    std::uint32_t taken = 0;
  };

  static std::uint64_t number(std::size_t place, std::uint32_t taken) {
    return (std::uint64_t{taken} << 32U) | (place + 1);
  }
  std::size_t place_of(std::uint64_t number) const;

  mutable std::mutex mutex_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace reeve::detail
