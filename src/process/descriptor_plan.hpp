// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/process_params.hpp"

#include <array>
#include <vector>

namespace reeve {

/// Gives a child its descriptors, whatever numbers they had and however these overlap.
///
/// Made in the parent; `apply` runs in the child, by the rules of child_side.hpp.
class descriptor_plan {
 public:
  descriptor_plan(std::array<int, 3> const& stdio, std::vector<passed_descriptor> const& descriptors);

  /// Puts every descriptor at its target, open across exec. `image` is moved out of the targets' way. A
  /// standard stream that is closed here is /dev/null there: its number would go to the first file that the
  /// program opens. Returns 0 or errno.
  int apply(int& image) noexcept;

  /// The numbers that the child is to keep.
  std::vector<int> targets() const;

 private:
  struct entry {
    int source;
    int target;
    int aside = -1;
  };

  bool is_target(int fd) const noexcept;
  int put_aside(int fd, int& copy) const noexcept;

  /// In ascending order of their targets.
  std::vector<entry> entries_;
};

}  // namespace reeve
