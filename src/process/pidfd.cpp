// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/pidfd.hpp"

#include "process/known_children.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace reeve {
namespace {

// The raw call has a fifth argument that waitid(3) hides: the usage of this one child.
child_state wait(int pidfd, siginfo_t& info, int options, rusage* usage) noexcept {
  info = {};
  for (;;) {
    if (::syscall(SYS_waitid, P_PIDFD, pidfd, &info, options | WEXITED | WNOHANG, usage) == 0)
      return info.si_pid == 0 ? child_state::running : child_state::ended;
    if (errno != EINTR) return child_state::gone;
  }
}

}  // namespace

unique_fd open_pidfd(pid_t pid) noexcept {
  return unique_fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
}

error_code send_signal(int pidfd, int signal) noexcept {
  if (::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0) return {};
  return {errno, boost::system::system_category()};
}

child_state look_at_child(int pidfd, siginfo_t& info) noexcept { return wait(pidfd, info, WNOWAIT, nullptr); }

child_state reap_child(int pidfd, siginfo_t& info, rusage& usage) noexcept {
  auto const state = wait(pidfd, info, 0, &usage);
  if (state == child_state::ended) forget_child(info.si_pid);
  return state;
}

void sweep_group(pid_t leader) noexcept { ::kill(-leader, SIGKILL); }

unique_fd above_standard_streams(unique_fd fd) noexcept {
  if (fd.get() > STDERR_FILENO) return fd;
  unique_fd high{::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
  return high ? std::move(high) : std::move(fd);
}

}  // namespace reeve
