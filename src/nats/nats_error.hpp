// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_handle.hpp"

#include <exception>
#include <stdexcept>
#include <string>

namespace reeve::detail {

/// What libnats or the server refused, in words.
class nats_failure : public std::runtime_error {
 public:
  /// `missing`: the queue's streams or its consumer are not there.
  explicit nats_failure(std::string const& why, bool missing = false)
      : runtime_error{why}, missing_{missing} {}

  bool missing() const noexcept { return missing_; }

 private:
  bool missing_;
};

/// Throws a `nats_failure` unless `s` is NATS_OK: "cannot <doing>: <why>".
void check_nats(natsStatus s, std::string const& doing);

/// An `error::source_unavailable` that says why.
std::exception_ptr unavailable(std::string const& why);

}  // namespace reeve::detail
