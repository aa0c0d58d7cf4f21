// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/process_params.hpp"

#include <array>
#include <atomic>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::test {

/// Numbers that a test shares with its workers: they count there what they did, and wait at gates that it opens.
/// What was counted is true whatever became of the worker.
class shared_board {
 public:
  static constexpr std::size_t cells = std::size_t{1} << 20U;

  /// A new one.
  shared_board() : fd_{::memfd_create("test-board", MFD_CLOEXEC)} {
    if (fd_ < 0 || ::ftruncate(fd_, sizeof(cells_array)) != 0) throw std::runtime_error{"shared_board"};
    map();
  }
  shared_board(shared_board const&) = delete;
  shared_board& operator=(shared_board const&) = delete;
  ~shared_board() {
    ::munmap(cells_, sizeof(cells_array));
    ::close(fd_);
  }

  /// The one that this process was given, as a worker.
  static shared_board& inherited() {
    static auto& board = *new shared_board{target};
    return board;
  }

  /// Gives it to a worker.
  passed_descriptor passed() const { return {.source = fd_, .target = target}; }

  std::uint32_t operator[](std::size_t cell) const { return at(cell).load(); }

  /// Adds to a cell and wakes who waits for it; its new value.
  std::uint32_t add(std::size_t cell, std::uint32_t n = 1) {
    auto const value = at(cell).fetch_add(n) + n;
    futex(cell, FUTEX_WAKE, INT_MAX);
    return value;
  }

  /// Blocks until the cell has grown to that.
  void wait(std::size_t cell, std::uint32_t at_least = 1) {
    for (auto seen = at(cell).load(); seen < at_least; seen = at(cell).load()) futex(cell, FUTEX_WAIT, seen);
  }

 private:
  using cells_array = std::array<std::atomic<std::uint32_t>, cells>;
  static_assert(cells_array::value_type::is_always_lock_free);
  static constexpr int target = 16;

  explicit shared_board(int fd) : fd_{fd} { map(); }

  void map() {
    auto* const memory = ::mmap(nullptr, sizeof(cells_array), PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (memory == MAP_FAILED) throw std::runtime_error{"shared_board: no board was passed"};
    cells_ = static_cast<cells_array*>(memory);
  }

  std::atomic<std::uint32_t>& at(std::size_t cell) const { return cells_->at(cell); }
  void futex(std::size_t cell, int operation, std::uint32_t value) {
    ::syscall(SYS_futex, &at(cell), operation, value, nullptr, nullptr, 0);
  }

  int fd_;
  cells_array* cells_ = nullptr;
};

}  // namespace reeve::test
