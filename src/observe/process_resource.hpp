// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/otel_environment.hpp"
#include "reeve/tracing.hpp"

namespace reeve {

/// Who the spans of this process are of: what the parameters say, then the environment, then what reeve finds out.
resource make_resource(tracing_params const& params, otel_environment const& environment,
                       variable_lookup const& look_up);

/// Whether those variables are a worker's.
bool is_worker_environment(variable_lookup const& look_up);

}  // namespace reeve
