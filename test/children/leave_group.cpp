// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// leave_group: joins its parent's process group, ignores SIGTERM, prints "up" and sleeps for ever.

#include <csignal>
#include <cstdio>
#include <unistd.h>

int main() {
  if (::setpgid(0, ::getpgid(::getppid())) != 0) return 1;
  std::signal(SIGTERM, SIG_IGN);
  std::puts("up");
  std::fflush(stdout);
  for (;;) ::pause();
}
