// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// ignore_term: ignores SIGTERM, prints "up" and sleeps for ever.

#include <csignal>
#include <cstdio>
#include <unistd.h>

int main() {
  std::signal(SIGTERM, SIG_IGN);
  std::puts("up");
  std::fflush(stdout);
  for (;;) ::pause();
}
