// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/log_output.hpp"
#include "reeve/log_format.hpp"

#include <string>

namespace reeve {

/// Writes lines to a descriptor, which it does not own: each with one call, so that those of several processes do not
/// mix. Never through stdio, whose lock a write that hangs would keep from others.
class log_stream final : public log_output {
 public:
  log_stream(int fd, log_format format) noexcept : fd_{fd}, format_{format} {}
  bool write(log_fields const& fields) override;

 private:
  int fd_;
  log_format format_;
  std::string line_;
};

}  // namespace reeve
