// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstdint>
#include <string>

namespace reeve {

/// A named counter or flag as the supervisor reads it from the worker's page.
struct counter_value {
  /// 1 to 39 printable ASCII characters.
  std::string name;
  /// The count; of a flag 1 where it is on, else 0.
  std::uint64_t value = 0;
  /// Whether it is a flag; else it is a counter.
  bool is_flag = false;

  friend bool operator==(counter_value const&, counter_value const&) = default;
};

}  // namespace reeve
