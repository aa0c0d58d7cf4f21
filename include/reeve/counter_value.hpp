// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstdint>
#include <string>

namespace reeve {

/// A named counter or flag as the supervisor reads it from the worker's page.
struct counter_value {
  std::string name;
  std::uint64_t value = 0;
  bool is_flag = false;

  friend bool operator==(counter_value const&, counter_value const&) = default;
};

}  // namespace reeve
