// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/peak_memory.hpp"

#include <fstream>
#include <string>

namespace reeve {

std::uint64_t peak_memory() {
  std::ifstream status{"/proc/self/status"};
  std::string label;
  while (status >> label) {
    std::uint64_t kibibytes = 0;
    if (label == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
    std::getline(status, label);
  }
  return 0;
}

}  // namespace reeve
