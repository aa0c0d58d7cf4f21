// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// hang: prints "up" and sleeps for ever.

#include <cstdio>
#include <unistd.h>

int main() {
  std::puts("up");
  std::fflush(stdout);
  for (;;) ::pause();
}
