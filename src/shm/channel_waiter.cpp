// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/channel_waiter.hpp"

#include "shm/channel_doorbell.hpp"

#include <poll.h>

namespace reeve {

void channel_waiter::woken() noexcept {
  silence_doorbell(work_);
  disarm();
}

void channel_waiter::wake_pool(std::uint64_t what) noexcept {
  wake_sleeper(memory_.header.pool_awaits.value, what, news_);
}

bool channel_waiter::wait() {
  ++waits_;
  if (wait_) {
    if (!wait_()) return false;
  } else {
    pollfd bell{.fd = work_, .events = POLLIN, .revents = 0};
    ::poll(&bell, 1, -1);  // interrupted or not: who waits looks again
  }
  woken();
  return true;
}

}  // namespace reeve
