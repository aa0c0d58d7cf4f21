// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

// What runs in a child before its exec shares this process's memory, its locks included: no allocation, no
// lock, and raw system calls in place of libc's wrappers, which sanitizers intercept and which may keep
// state (of the parent's threads, its credentials, its cancellation).
namespace reeve::child_side {

/// For functions that the child never returns from: a sanitizer's call stack is the parent's, too.
#define REEVE_NEVER_RETURNS_IN_CHILD \
  __attribute__((noinline, no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined")))

/// errno of a raw system call, or 0.
template <typename... Args>
int call(long number, Args... args) noexcept {
  return ::syscall(number, args...) < 0 ? errno : 0;
}

}  // namespace reeve::child_side
