// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/metrics_server.hpp"

namespace reeve::detail {

/// Throws `std::invalid_argument` that names the first field that is wrong.
void validate(metrics_params const& params);

}  // namespace reeve::detail
