// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// busy: prints "up" and burns a CPU for ever.

#include <cstdio>

int main() {
  std::puts("up");
  std::fflush(stdout);
  for (unsigned volatile n = 0;;) n = n + 1;
}
