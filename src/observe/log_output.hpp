// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/log_fields.hpp"

namespace reeve {

/// Where records end up. Called by one thread, one call at a time; it may block for as long as it likes.
class log_output {
 public:
  log_output() = default;
  log_output(log_output const&) = delete;
  log_output& operator=(log_output const&) = delete;
  virtual ~log_output() = default;

  /// Whether it was written. What it throws counts as no.
  virtual bool write(log_fields const& fields) = 0;
};

}  // namespace reeve
