// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/quiet_thread.hpp"

#include <utility>
#include <pthread.h>
#include <signal.h>

namespace reeve {
namespace {

class all_signals_blocked {
 public:
  all_signals_blocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  all_signals_blocked(all_signals_blocked const&) = delete;
  all_signals_blocked& operator=(all_signals_blocked const&) = delete;
  ~all_signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

std::thread start_quiet_thread(char const* name, std::function<void()> work) {
  all_signals_blocked const blocked;
  return std::thread{[name, work = std::move(work)] {
    ::pthread_setname_np(::pthread_self(), name);
    work();
  }};
}

}  // namespace reeve
