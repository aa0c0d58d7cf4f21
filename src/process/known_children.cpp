// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/known_children.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace reeve {
namespace {

/// The kernel's own limit; of a bit for each number only the pages in use cost memory.
constexpr std::size_t most_pids = std::size_t{1} << 22;
constexpr std::size_t bits_per_word = 64;

constinit std::array<std::atomic<std::uint64_t>, most_pids / bits_per_word> known_pids{};

struct pid_bit {
  explicit pid_bit(pid_t pid) noexcept
      : word{known_pids[static_cast<std::size_t>(pid) % most_pids / bits_per_word]},
        bit{std::uint64_t{1} << static_cast<std::size_t>(pid) % bits_per_word} {}
  std::atomic<std::uint64_t>& word;
  std::uint64_t bit;
};

}  // namespace

void remember_child(pid_t pid) noexcept {
  pid_bit const p{pid};
  p.word.fetch_or(p.bit);
}

void forget_child(pid_t pid) noexcept {
  pid_bit const p{pid};
  p.word.fetch_and(~p.bit);
}

bool is_known_child(pid_t pid) noexcept {
  pid_bit const p{pid};
  return (p.word.load() & p.bit) != 0;
}

}  // namespace reeve
