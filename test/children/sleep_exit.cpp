// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// sleep_exit MS CODE: exits with that code after that many milliseconds.

#include <chrono>
#include <cstdlib>
#include <thread>

int main(int argc, char** argv) {
  std::this_thread::sleep_for(std::chrono::milliseconds{argc > 1 ? std::atoi(argv[1]) : 0});
  return argc > 2 ? std::atoi(argv[2]) : 0;
}
