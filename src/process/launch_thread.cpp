// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/launch_thread.hpp"

#include "core/all_signals_blocked.hpp"
#include "process/known_children.hpp"
#include "process/oom.hpp"
#include "process/pidfd.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>
#include <pthread.h>
#include <unistd.h>

namespace reeve {
namespace {

namespace asio = boost::asio;

struct launch_loop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  /// The process that the thread lives in: a fork of it has this object, but not the thread.
  pid_t const process = ::getpid();
  std::thread thread;

  void run() {
    ::pthread_setname_np(::pthread_self(), "reeve-launch");
    asio::post(context, watch_oom_kills);
    for (;;) {
      try {
        context.run();
        return;
      } catch (...) {
        // Whoever posted the handler has lost it. All others still need this thread.
      }
    }
  }

  /// With all signals blocked: they are for the application's threads.
  void start() {
    all_signals_blocked const blocked;
    thread = std::thread{[this] { run(); }};
  }

  void stop() {
    context.stop();
    thread.join();
  }
};

// Never destroyed, and replaced without a lock: a fork may come while another thread would hold it.
std::atomic<launch_loop*> the_loop{nullptr};

launch_loop& loop() {
  auto* known = the_loop.load(std::memory_order_acquire);
  pid_t const process = ::getpid();
  while (!known || known->process != process) {
    auto fresh = std::make_unique<launch_loop>();
    fresh->start();
    if (the_loop.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel)) {
      known = fresh.release();
      known->thread.detach();
    } else {
      fresh->stop();
    }
  }
  return *known;
}

/// Waits on the launch thread for a child that nobody else waits for.
struct reaper : std::enable_shared_from_this<reaper> {
  asio::posix::stream_descriptor pidfd;
  pid_t const pid;
  bool const leads_group;
  std::function<void()> then;

  reaper(unique_fd fd, pid_t p, bool leads) : pidfd{loop().context}, pid{p}, leads_group{leads} {
    pidfd.assign(fd.get());
    fd.release();
  }

  void wait() {
    pidfd.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](error_code) { self->reap(); });
  }

  void reap() {
    siginfo_t info;
    rusage usage;
    auto const state = look_at_child(pidfd.native_handle(), info);
    if (state == child_state::running) return wait();
    if (state == child_state::ended) {
      if (leads_group) sweep_group(pid);
      reap_child(pidfd.native_handle(), info, usage);
    }
    forget_child(pid);  // whoever reaped it
    if (then) then();
  }
};

}  // namespace

asio::any_io_executor launch_thread::executor() { return loop().context.get_executor(); }

void launch_thread::reap_later(unique_fd pidfd, pid_t pid, bool leads_group,
                               std::function<void()> then) noexcept {
  try {
    auto task = std::make_shared<reaper>(std::move(pidfd), pid, leads_group);
    task->then = std::move(then);
    asio::post(loop().context, [task] { task->wait(); });
  } catch (...) {
    // No memory or no descriptors: the zombie stays until this process ends.
  }
}

}  // namespace reeve
