// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/spawn.hpp"

#include "process/child_side.hpp"
#include "process/pidfd.hpp"

#include <array>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>

// glibc's name for clone(2) that thread sanitizer does not intercept: its interceptor takes the child for a
// forked copy, while it runs in our memory, and would release the runtime's locks twice.
extern "C" int libc_clone(int (*)(void*), void*, int, void*, ...) noexcept __asm__("__clone");

namespace reeve {
namespace {

using child_side::call;

/// The child's stack. Its own, because the parent's is in use; kept by the thread, because mapping one costs
/// more than all the rest that we add to a start.
class child_stack {
 public:
  child_stack() noexcept {
    void* const mapped =
        ::mmap(nullptr, guard + size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (mapped == MAP_FAILED) return;
    base_ = static_cast<char*>(mapped);
    if (::mprotect(base_ + guard, size, PROT_READ | PROT_WRITE) != 0) unmap();
  }
  child_stack(child_stack const&) = delete;
  child_stack& operator=(child_stack const&) = delete;
  ~child_stack() { unmap(); }

  explicit operator bool() const noexcept { return base_ != nullptr; }
  void* top() const noexcept { return base_ + guard + size; }

 private:
  static constexpr std::size_t guard = 64 * 1024;
  static constexpr std::size_t size = 128 * 1024;

  void unmap() noexcept {
    if (base_) ::munmap(base_, guard + size);
    base_ = nullptr;
  }
  char* base_ = nullptr;
};

/// The kernel's signal set. libc's would leave out the two signals it keeps for itself.
using signal_set = std::uint64_t;
constexpr int last_signal = 64;

int set_signal_mask(signal_set const& set, signal_set* old) noexcept {
  return call(SYS_rt_sigprocmask, SIG_SETMASK, &set, old, sizeof set);
}

/// The kernel's struct sigaction: the handler comes first, and 64 bytes hold the rest everywhere.
struct signal_action {
  void (*handler)(int);
  std::array<std::uint64_t, 7> rest;
};

/// An ignored signal would stay ignored across exec, and a handler must not run in the shared memory.
int default_signals() noexcept {
  for (int signal = 1; signal <= last_signal; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    signal_action action{};
    if (call(SYS_rt_sigaction, signal, nullptr, &action, sizeof(signal_set)) != 0 ||
        action.handler == SIG_DFL)
      continue;
    signal_action const standard{};
    if (int const error = call(SYS_rt_sigaction, signal, &standard, nullptr, sizeof(signal_set)))
      return error;
  }
  return 0;
}

struct child_run {
  spawn_plan& plan;
  int volatile error = 0;
  char const* volatile step = "";
};

/// Everything up to the exec; returns only what went wrong.
REEVE_NEVER_RETURNS_IN_CHILD
int exec(spawn_plan& plan, char const*& step) noexcept {
  step = "prepare";
  if (int const error = plan.prepare(plan.context, step)) return error;
  step = "signals";
  if (int const error = default_signals()) return error;
  if (int const error = set_signal_mask(0, nullptr)) return error;
  step = "exec";
  if (plan.image < 0) {
    ::syscall(SYS_execve, plan.path, plan.argv, plan.environment);
  } else {
    ::syscall(SYS_execveat, plan.image, "", plan.argv, plan.environment, AT_EMPTY_PATH);
  }
  return errno;
}

REEVE_NEVER_RETURNS_IN_CHILD
int run_child(void* argument) noexcept {
  auto& run = *static_cast<child_run*>(argument);
  char const* step = "";
  run.error = exec(run.plan, step);
  run.step = step;
  for (;;) ::syscall(SYS_exit_group, 127);
}

/// The dead child of a failed start. It has ended by now: `spawn` was let go by its exit.
void bury(int pidfd) noexcept {
  siginfo_t info;
  while (::syscall(SYS_waitid, P_PIDFD, pidfd, &info, WEXITED, nullptr) < 0 && errno == EINTR) {
  }
}

spawn_outcome failed(int error, char const* step) noexcept {
  spawn_outcome result;
  result.error = error;
  result.step = step;
  return result;
}

}  // namespace

spawn_outcome spawn(spawn_plan& plan) noexcept {
  thread_local child_stack const stack;
  if (!stack) return failed(ENOMEM, "clone");

  // A handler of ours that ran in the child would run in this process's memory.
  signal_set old_mask = 0;
  if (int const error = set_signal_mask(~signal_set{0}, &old_mask)) return failed(error, "signals");
  child_run run{plan};
  int pidfd = -1;
  pid_t const pid =
      ::libc_clone(run_child, stack.top(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &run, &pidfd);
  int const clone_error = pid < 0 ? errno : 0;
  set_signal_mask(old_mask, nullptr);

  if (clone_error != 0) return failed(clone_error, "clone");
  if (int const error = run.error) {
    unique_fd const owned{pidfd};
    bury(pidfd);
    return failed(error, run.step);
  }
  spawn_outcome result;
  result.pid = pid;
  result.pidfd = above_standard_streams(unique_fd{pidfd});
  return result;
}

}  // namespace reeve
