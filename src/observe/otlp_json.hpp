// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/tracing.hpp"

#include <span>
#include <string>

namespace reeve {

/// Adds the body of a request that exports these spans: ExportTraceServiceRequest in OTLP's JSON encoding.
void append_otlp_json(std::string& out, std::span<span_data const> spans, resource const& from);

}  // namespace reeve
