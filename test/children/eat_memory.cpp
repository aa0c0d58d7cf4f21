// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// eat_memory MIB: writes to that much memory and exits.

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

int main(int argc, char** argv) {
  auto const size = (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0UL) << 20;
  auto* const memory =
      static_cast<char*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (memory == MAP_FAILED) return 1;
  std::memset(memory, 1, size);
  return memory[size / 2] == 1 ? 0 : 1;
}
