// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/nats_params.hpp"

namespace reeve::detail {

/// Throws `std::invalid_argument` that names the first field that is wrong.
void validate(nats_params const& params);

}  // namespace reeve::detail
