// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/descriptor_plan.hpp"

#include "process/child_side.hpp"

#include <algorithm>
#include <fcntl.h>

namespace reeve {
namespace {

using child_side::call;

int open_null(int& fd) noexcept {
  fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR));
  return fd < 0 ? errno : 0;
}

bool is_closed_standard_stream(int fd) noexcept {
  return fd >= 0 && fd <= STDERR_FILENO && call(SYS_fcntl, fd, F_GETFD) == EBADF;
}

/// A descriptor that has its number already: only kept open across exec.
int keep(int fd) noexcept {
  int const error = call(SYS_fcntl, fd, F_SETFD, 0);
  // All lower numbers are open by now, so that open gives this one.
  return error == EBADF && fd <= STDERR_FILENO ? open_null(fd) : error;
}

}  // namespace

descriptor_plan::descriptor_plan(std::array<int, 3> const& stdio,
                                 std::vector<passed_descriptor> const& descriptors) {
  entries_.reserve(stdio.size() + descriptors.size());
  for (int target = 0; target < 3; ++target)
    entries_.push_back({stdio[static_cast<std::size_t>(target)], target});
  for (auto const& d : descriptors) entries_.push_back({d.source, d.target});
  std::ranges::sort(entries_, {}, &entry::target);
}

int descriptor_plan::apply(int& image) noexcept {
  // First every source gets a number that no target needs; only then are targets written.
  for (auto& e : entries_)
    if (e.source != e.target)
      if (int const error = put_aside(e.source, e.aside)) return error;
  if (image >= 0 && is_target(image))
    if (int const error = put_aside(image, image)) return error;
  for (auto const& e : entries_) {
    int const error = e.source == e.target ? keep(e.target) : call(SYS_dup3, e.aside, e.target, 0);
    if (error != 0) return error;
  }
  return 0;
}

std::vector<int> descriptor_plan::targets() const {
  std::vector<int> result;
  result.reserve(entries_.size());
  for (auto const& e : entries_) result.push_back(e.target);
  return result;
}

bool descriptor_plan::is_target(int fd) const noexcept {
  return std::ranges::binary_search(entries_, fd, {}, &entry::target);
}

int descriptor_plan::put_aside(int fd, int& copy) const noexcept {
  int from = fd;
  if (is_closed_standard_stream(fd))
    if (int const error = open_null(from)) return error;
  // A copy that fell on a target stays there until the target is written.
  copy = -1;
  do {
    copy = static_cast<int>(
        ::syscall(SYS_fcntl, from, F_DUPFD_CLOEXEC, copy < 0 ? STDERR_FILENO + 1 : copy + 1));
    if (copy < 0) return errno;
  } while (is_target(copy));
  return 0;
}

}  // namespace reeve
