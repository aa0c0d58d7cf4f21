// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/pool_params.hpp"
#include "supervisor/validate.hpp"

#include <cstddef>
#include <optional>

namespace reeve {

inline constexpr std::size_t most_workers = 1000;

/// What is wrong with the parameters of a pool, if anything is. What its workers' specs have in common with other
/// specs is checked as theirs.
std::optional<field_error> validate(pool_params const& params);

}  // namespace reeve
