// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/quiet_thread.hpp"

#include "core/all_signals_blocked.hpp"

#include <utility>
#include <pthread.h>

namespace reeve {
std::thread start_quiet_thread(char const* name, std::function<void()> work) {
  all_signals_blocked const blocked;
  return std::thread{[name, work = std::move(work)] {
    ::pthread_setname_np(::pthread_self(), name);
    work();
  }};
}

}  // namespace reeve
