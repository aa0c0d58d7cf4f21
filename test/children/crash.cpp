// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// crash SIGNAL: ends by that signal, without a core file.

#include <csignal>
#include <cstdlib>
#include <sys/prctl.h>
#include <sys/resource.h>

int main(int argc, char** argv) {
  rlimit const none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);  // a core pattern that is a pipe ignores the limit
  int const signal = argc > 1 ? std::atoi(argv[1]) : SIGSEGV;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}
