// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/task_fn.hpp>

#include <cstdint>
#include <string>

// The tasks that other_program calls and other_program_worker runs. Both register them by including this.

inline std::uint32_t adler32(std::string const& text) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (char const c : text) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16U | a;
}
inline reeve::task_fn<std::uint32_t(std::string)> const checksum{"checksum", adler32};
