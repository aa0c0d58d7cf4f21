// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <string>

namespace reeve::detail {

/// The public key that belongs to the seed in that file, as NATS writes it ("U..."). Throws a `nats_failure`.
std::string public_key_of_seed(std::string const& file);

}  // namespace reeve::detail
