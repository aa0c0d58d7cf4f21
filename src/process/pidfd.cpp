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

error_code signal_group(int pidfd, pid_t leader, int signal) noexcept {
  // The group's number is the leader's for as long as that is not reaped, be it by the application.
  if (auto const ec = send_signal(pidfd, 0))
    return ec == boost::system::errc::no_such_process ? error_code{} : ec;
  error_code result;
  if (::kill(-leader, signal) != 0 && errno != ESRCH) result = {errno, boost::system::system_category()};
  // The last signal is for the leader wherever it is: it may be changing its group at this moment.
  if (signal != SIGKILL && ::getpgid(leader) == leader) return result;
  auto const ec = send_signal(pidfd, signal);
  return ec && ec != boost::system::errc::no_such_process ? ec : result;
}

void sweep_group(pid_t leader) noexcept { ::kill(-leader, SIGKILL); }

}  // namespace reeve
