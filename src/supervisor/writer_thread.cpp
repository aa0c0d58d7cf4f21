// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/writer_thread.hpp"

#include "core/all_signals_blocked.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <pthread.h>
#include <unistd.h>

namespace reeve {
namespace {

constexpr std::chrono::seconds exit_limit{1};

struct instance {
  explicit instance(instance* of_parent_process) : before{of_parent_process} {}

  void begin() {
    std::lock_guard const lock{mutex};
    ++jobs;
  }
  void end() {
    std::lock_guard const lock{mutex};
    if (--jobs == 0) idle.notify_all();
  }

  boost::asio::io_context context;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  pid_t const process = ::getpid();
  // Keeps the one that a fork left without its thread reachable: it can be neither used nor destroyed.
  instance* const before;

  std::mutex mutex;
  std::condition_variable idle;
  std::size_t jobs = 0;
};

// Leaked, and without a lock: after a fork a lock might be held by a thread that is not there.
constinit std::atomic<instance*> the_instance{};

void serve(instance& self) {
  for (;;) {
    try {
      self.context.run();
      return;
    } catch (...) {
      // Out of memory: that job's bytes are lost, the thread goes on with the next.
    }
  }
}

std::thread start(instance& self) {
  all_signals_blocked const blocked;
  std::thread thread{[&self] { serve(self); }};
  ::pthread_setname_np(thread.native_handle(), "reeve-files");
  return thread;
}

void drain_at_exit() { writer_thread::drain(exit_limit); }

instance& make(instance* seen) {
  auto made = std::make_unique<instance>(seen);
  auto thread = start(*made);
  if (!the_instance.compare_exchange_strong(seen, made.get(), std::memory_order_acq_rel)) {
    // Another thread was first.
    made->context.stop();
    thread.join();
    return *seen;
  }
  thread.detach();
  // A forked process inherits the registration.
  if (!made->before) std::atexit(drain_at_exit);
  return *made.release();
}

instance& get() {
  auto* const seen = the_instance.load(std::memory_order_acquire);
  return seen && seen->process == ::getpid() ? *seen : make(seen);
}

}  // namespace

boost::asio::io_context& writer_thread::context() { return get().context; }

void writer_thread::post(std::function<void()> job) {
  auto& self = get();
  self.begin();
  // Counted down when the job is destroyed, so that one that throws is counted down as well.
  std::shared_ptr<void> const counted{nullptr, [&self](void*) { self.end(); }};
  boost::asio::post(self.context, [counted, job = std::move(job)] { job(); });
}

bool writer_thread::drain(std::chrono::steady_clock::duration limit) {
  auto* const self = the_instance.load(std::memory_order_acquire);
  if (!self || self->process != ::getpid()) return true;
  std::unique_lock lock{self->mutex};
  return self->idle.wait_for(lock, limit, [self] { return self->jobs == 0; });
}

}  // namespace reeve
