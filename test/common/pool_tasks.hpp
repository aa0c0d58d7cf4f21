// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// Tasks that several tests of the pool run. A task that takes a `cell` counts its start on the shared board there,
// before it does anything else.

#include "reeve/task_fn.hpp"
#include "reeve/this_task.hpp"
#include "shared_board.hpp"

#include <array>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <unistd.h>

namespace reeve::test {

namespace tasks {

inline shared_board& board() { return shared_board::inherited(); }

inline int square(int x) { return x * x; }

inline pid_t pid() { return ::getpid(); }

inline std::uint32_t note(std::size_t cell) { return board().add(cell); }

// Stays until the cell after its own is set.
inline std::size_t gate(std::size_t cell) {
  board().add(cell);
  board().wait(cell + 1);
  return cell;
}

inline void wait_for_stop() {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait(lock, this_task::stop_token(), [] { return false; });
}

// Stays until it is asked to stop, and counts that in the cell after its own.
inline std::size_t until_stop(std::size_t cell) {
  board().add(cell);
  wait_for_stop();
  board().add(cell + 1);
  return cell;
}

// Never ends, whoever asks.
inline void never_end(std::size_t cell) {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  ::signal(SIGTERM, SIG_IGN);
  board().add(cell);
  for (;;) ::pause();
}

// "exit", "kill", "segfault", "abort", "throw", "throw int": does that. Else nothing.
inline void perform(std::string const& deed) {
  if (deed == "exit") std::exit(3);
  if (deed == "kill") ::raise(SIGKILL);
  if (deed == "segfault") {
    ::signal(SIGSEGV, SIG_DFL);  // not a sanitizer's
    ::raise(SIGSEGV);
  }
  if (deed == "abort") std::abort();
  if (deed == "throw") throw std::domain_error{"the deed"};
  if (deed == "throw int") throw 42;
}

inline std::size_t deed(std::size_t cell, std::string const& what) {
  board().add(cell);
  perform(what);
  return cell;
}

// Does it in the first attempts, as many as said, and then says which attempt it is.
inline std::size_t deed_in_attempts(std::size_t cell, std::string const& what, std::size_t attempts) {
  board().add(cell);
  if (this_task::attempt() <= attempts) perform(what);
  return this_task::attempt();
}

}  // namespace tasks

inline task_fn<int(int)> const square{"pool_square", tasks::square};
inline task_fn<pid_t()> const worker_pid{"pool_pid", tasks::pid};
inline task_fn<std::uint32_t(std::size_t)> const note{"pool_note", tasks::note};
inline task_fn<std::size_t(std::size_t)> const gate{"pool_gate", tasks::gate};
inline task_fn<std::size_t(std::size_t)> const until_stop{"pool_until_stop", tasks::until_stop};
inline task_fn<void(std::size_t)> const never_end{"pool_never_end", tasks::never_end};
inline task_fn<std::size_t(std::size_t, std::string)> const deed{"pool_deed", tasks::deed};
inline task_fn<std::size_t(std::size_t, std::string, std::size_t)> const deed_in_attempts{
    "pool_deed_in_attempts", tasks::deed_in_attempts};

}  // namespace reeve::test
