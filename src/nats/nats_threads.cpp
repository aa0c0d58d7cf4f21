// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_threads.hpp"

#include "core/all_signals_blocked.hpp"
#include "nats/nats_error.hpp"
#include "nats/nats_handle.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#ifdef REEVE_NATS_WITH_NKEYS
#include <openssl/crypto.h>
#endif

namespace reeve::detail {
namespace {

constexpr std::chrono::seconds exit_limit{1};

struct thread_count {
  std::mutex mutex;
  std::condition_variable none;
  std::size_t running = 0;
  void (*at_exit)() = nullptr;
  pid_t const process = ::getpid();
};

// Never destroyed: threads may still use it then.
thread_count& threads() {
  static auto* const made = new thread_count;
  return *made;
}

// libnats ignores SIGPIPE for the whole process. Where the application handles that, it goes on to: the
// threads that write to sockets have it blocked.
void open_library() {
  all_signals_blocked const blocked;
  struct sigaction before {};
  ::sigaction(SIGPIPE, nullptr, &before);
  check_nats(nats_Open(-1), "start libnats");
  if (before.sa_handler != SIG_DFL) ::sigaction(SIGPIPE, &before, nullptr);
}

// What libnats and OpenSSL keep for the calling thread. OpenSSL would do it by itself when the thread has gone, but the
// process may be quicker.
void release_thread_memory() {
  nats_ReleaseThreadMemory();
#ifdef REEVE_NATS_WITH_NKEYS
  OPENSSL_thread_stop();
#endif
}

void end_all() {
  auto& all = threads();
  if (all.process != ::getpid()) return;  // a fork, without the threads
  all.at_exit();
  std::unique_lock lock{all.mutex};
  all.none.wait_for(lock, exit_limit, [&all] { return all.running == 0; });
}

}  // namespace

void open_nats(void (*at_exit)()) {
  static bool const opened = [at_exit] {
    threads().at_exit = at_exit;
    open_library();
    // After the library, and so called before OpenSSL, which it uses, cleans up: no thread may use that then.
    std::atexit(end_all);
    return true;
  }();
  static_cast<void>(opened);
}

void start_nats_thread(char const* name, std::function<void()> body) {
  auto& all = threads();
  std::lock_guard const lock{all.mutex};
  all_signals_blocked const blocked;
  std::thread thread{[&all, body = std::move(body)]() mutable {
    body();
    body = nullptr;  // what it holds ends before libnats' part of the thread does
    release_thread_memory();
    std::lock_guard const ending{all.mutex};
    if (--all.running == 0) all.none.notify_all();
  }};
  ++all.running;
  ::pthread_setname_np(thread.native_handle(), name);
  thread.detach();
}

}  // namespace reeve::detail
