// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/pipeline_params.hpp"
#include "supervisor/validate.hpp"

#include <optional>

namespace reeve {

/// The first wrong field of a pipeline's parameters, if any.
std::optional<field_error> validate(pipeline_params const& params);

}  // namespace reeve
