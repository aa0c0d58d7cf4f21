// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// slow_exit MS: prints "up"; on SIGTERM exits with 0 after that many milliseconds.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <signal.h>

int main(int argc, char** argv) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, nullptr);
  std::puts("up");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&term, &signal);
  std::this_thread::sleep_for(std::chrono::milliseconds{argc > 1 ? std::atoi(argv[1]) : 0});
}
