// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/child_steps.hpp"

#include "process/child_side.hpp"

#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace reeve::child_side {

int lead(process_isolation isolation) noexcept {
  return isolation == process_isolation::session ? call(SYS_setsid) : call(SYS_setpgid, 0, 0);
}

int set_oom_score_adj(std::string const& value) noexcept {
  if (value.empty()) return 0;
  long const fd = ::syscall(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  int const error = call(SYS_write, fd, value.c_str(), value.size());
  call(SYS_close, fd);
  return error;
}

int set_limits(std::vector<resource_limit> const& limits) noexcept {
  for (auto const& limit : limits) {
    rlimit64 const value{limit.soft, limit.hard};
    if (int const error = call(SYS_prlimit64, 0, limit.resource, &value, nullptr)) return error;
  }
  return 0;
}

int set_nice(int value) noexcept { return call(SYS_setpriority, PRIO_PROCESS, 0, value); }

int set_affinity(std::vector<unsigned long> const& mask) noexcept {
  if (mask.empty()) return 0;
  return call(SYS_sched_setaffinity, 0, mask.size() * sizeof mask[0], mask.data());
}

int set_umask(unsigned mask) noexcept { return call(SYS_umask, mask); }

int set_groups(std::vector<gid_t> const& groups) noexcept {
  return call(SYS_setgroups, groups.size(), groups.data());
}

int set_group(gid_t group) noexcept { return call(SYS_setresgid, group, group, group); }

int set_user(uid_t user) noexcept { return call(SYS_setresuid, user, user, user); }

int change_directory(char const* directory) noexcept { return call(SYS_chdir, directory); }

int forbid_new_privileges() noexcept { return call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int die_with(pid_t parent) noexcept {
  if (int const error = call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL)) return error;
  return ::syscall(SYS_getppid) == parent ? 0 : ECHILD;
}

int close_all_but(std::span<int const> kept) noexcept {
  unsigned next = 0;
  auto const close = [&](unsigned end) {
    return next < end ? call(SYS_close_range, next, end - 1, CLOSE_RANGE_CLOEXEC) : 0;
  };
  for (int const fd : kept) {
    if (int const error = close(static_cast<unsigned>(fd))) return error;
    next = static_cast<unsigned>(fd) + 1;
  }
  return call(SYS_close_range, next, ~0U, CLOSE_RANGE_CLOEXEC);
}

}  // namespace reeve::child_side
