// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "../common/processes.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <sys/mman.h>

namespace reeve::bench {

/// Processes that copy texts out of shared memory and back into it, and a parent that copies them in and out:
/// what an echo costs at least where each side has texts of its own.
class raw_echo {
 public:
  static constexpr std::size_t text_size = std::size_t{1} << 20;
  static constexpr std::size_t slots = 4;
  static constexpr std::size_t children = 2;

  /// Sends so many texts there and back.
  void run(std::size_t count) {
    auto to_send = count;
    for (std::size_t slot = 0; slot < slots; ++slot)
      for (auto& one : lanes_)
        if (to_send > 0) --to_send, send(*one);
    for (auto to_end = count; to_end > 0;) {
      results_.wait();
      for (auto& one : lanes_)
        for (; one->received < one->shared->echoed.load(std::memory_order_acquire); --to_end) {
          auto const& from = one->shared->back[one->received++ % slots];
          std::memcpy(received_.data(), from.data(), text_size);
          if (to_send > 0) --to_send, send(*one);
        }
    }
  }

 private:
  using text = std::array<char, text_size>;

  struct shared_memory {
    alignas(64) std::atomic<std::uint64_t> sent;
    alignas(64) std::atomic<std::uint64_t> echoed;
    alignas(4096) std::array<text, slots> there;
    std::array<text, slots> back;
  };

  static shared_memory* map() {
    void* const at =
        ::mmap(nullptr, sizeof(shared_memory), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) raw::fail("mmap");
    std::memset(at, 0, sizeof(shared_memory));
    return static_cast<shared_memory*>(at);
  }

  /// One child, and what it shares with us.
  struct lane {
    explicit lane(raw::doorbell const& results)
        : shared{map()}, child{[this, &results] { serve(results); }} {}
    lane(lane const&) = delete;
    lane& operator=(lane const&) = delete;
    ~lane() { ::munmap(shared, sizeof(shared_memory)); }

    void serve(raw::doorbell const& results) {
      for (std::uint64_t number = 0;;) {
        texts.wait();
        for (; number < shared->sent.load(std::memory_order_acquire); ++number) {
          std::memcpy(own->data(), shared->there[number % slots].data(), text_size);
          std::memcpy(shared->back[number % slots].data(), own->data(), text_size);
          shared->echoed.store(number + 1, std::memory_order_release);
          results.ring();
        }
      }
    }

    shared_memory* shared;
    raw::doorbell texts;
    std::unique_ptr<text> own = std::make_unique<text>();
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    raw::forked_child child;
  };

  void send(lane& to) {
    std::memcpy(to.shared->there[to.sent++ % slots].data(), text_.data(), text_size);
    to.shared->sent.store(to.sent, std::memory_order_release);
    to.texts.ring();
  }

  std::string text_ = std::string(text_size, 'x');
  std::string received_ = std::string(text_size, ' ');
  raw::doorbell results_;
  std::array<std::unique_ptr<lane>, children> lanes_{std::make_unique<lane>(results_),
                                                     std::make_unique<lane>(results_)};
};

}  // namespace reeve::bench
