// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/pipeline_status.hpp"
#include "reeve/pool_status.hpp"
#include "reeve/worker_totals.hpp"

#include <cstddef>
#include <string>

namespace reeve::detail {

/// What keeps a process from doing its work, a line for each thing, as far as a person reads.
class missing_list {
 public:
  void look_at(std::string const& name, supervisor_status const& status);
  void look_at(std::string const& name, pool_status const& status);
  void look_at(std::string const& name, pipeline_status const& status);

  /// Empty where nothing is missing.
  std::string text() const;

 private:
  void add(std::string line);

  std::string lines_;
  std::size_t count_ = 0;
};

}  // namespace reeve::detail
