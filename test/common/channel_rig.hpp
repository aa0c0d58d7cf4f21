// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "shm/pool_channel.hpp"
#include "shm/segment.hpp"
#include "shm/worker_channel.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <fcntl.h>
#include <poll.h>

namespace reeve::test {

inline bool is_readable(int fd) {
  pollfd bell{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&bell, 1, 0) == 1;
}

inline void wait_until_readable(int fd) {
  pollfd bell{.fd = fd, .events = POLLIN, .revents = 0};
  while (::poll(&bell, 1, -1) != 1) {
  }
}

/// Bytes that tell whether one of them is missing, or in a wrong place.
inline std::string some_bytes(std::size_t size, std::uint64_t seed = 1) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(seed >> 56U);
  }
  return bytes;
}

/// Both ends of a channel in one process; `raw` is for those who write nonsense.
struct channel_rig {
  static constexpr std::uint64_t max_message = std::uint64_t{16} << 20U;

  channel_rig() {
    error_code ec;
    pool = pool_channel::make(
        {.generation = 7, .max_message = max_message, .functions = {{"square", "FiiE"}, {"print", "FvSsE"}}},
        ec);
    BOOST_REQUIRE(!ec);
    worker = worker_channel::attach(copy(pool->segment()), copy(pool->work()), copy(pool->news()),
                                    copy(pool->attention()), ec);
    BOOST_REQUIRE(!ec);
    region = map_segment(pool->segment(), sizeof(task_channel_layout::segment), ec);
    BOOST_REQUIRE(!ec);
    raw = static_cast<task_channel_layout::segment*>(region.get_address());
  }
  virtual ~channel_rig() = default;

  /// As the worker gets them: not closed on exec.
  static unique_fd copy(int fd) { return unique_fd{::dup(fd)}; }

  std::optional<slot_ref> try_offer(channel_offer const& offered) const {
    slot_ref ref;
    if (!pool->offer(offered, ref)) return std::nullopt;
    return ref;
  }
  slot_ref offer(channel_offer const& offered) const {
    auto const ref = try_offer(offered);
    BOOST_REQUIRE(ref.has_value());
    return *ref;
  }
  slot_ref offer(std::string_view payload = {}) const { return offer(channel_offer{.payload = payload}); }

  std::optional<claimed_task> try_claim() const {
    claimed_task task;
    if (!worker->claim(task)) return std::nullopt;
    return task;
  }
  claimed_task claim() const {
    auto task = try_claim();
    BOOST_REQUIRE(task.has_value());
    return std::move(*task);
  }

  /// The worker ends a task.
  void answer(slot_ref slot, std::string_view payload = {}) const {
    BOOST_REQUIRE(worker->result({.slot = slot, .payload = payload}));
  }

  std::optional<channel_result> try_next() const {
    channel_result result;
    if (!pool->next(result)) return std::nullopt;
    return result;
  }
  channel_result next() const {
    auto const result = try_next();
    BOOST_TEST(pool->violation() == "");
    BOOST_REQUIRE(result.has_value());
    return *result;
  }

  /// The worker runs all that is there; what was claimed in which order.
  std::vector<slot_ref> run_all() const {
    std::vector<slot_ref> order;
    while (auto const task = try_claim()) {
      order.push_back(task->slot);
      answer(task->slot, task->payload);
    }
    return order;
  }

  std::unique_ptr<pool_channel> pool;
  std::unique_ptr<worker_channel> worker;
  boost::interprocess::mapped_region region;
  task_channel_layout::segment* raw = nullptr;
};

}  // namespace reeve::test

namespace reeve {

inline std::ostream& operator<<(std::ostream& out, slot_ref const& ref) {
  return out << "slot " << ref.index << ", sequence " << ref.sequence;
}

}  // namespace reeve
