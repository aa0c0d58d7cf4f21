// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace reeve::detail {

/// Numbers for a pool's workers, whose names are new with each replacement: a number is free again when its worker has
/// gone, so that there are never more series than there were workers at a time.
class slot_map {
 public:
  /// The number of each of these workers, who are all that there are now.
  std::vector<std::size_t> assign(std::vector<std::string> const& workers);

 private:
  std::map<std::string, std::size_t> slots_;
};

}  // namespace reeve::detail
