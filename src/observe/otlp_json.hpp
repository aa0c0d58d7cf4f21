// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/json_writer.hpp"
#include "reeve/tracing.hpp"

#include <string>

namespace reeve {

/// Writes the body of a request that exports spans: ExportTraceServiceRequest in OTLP's JSON encoding.
class otlp_json {
 public:
  /// It is added to `out`, and whole when `end` was called and this is gone.
  otlp_json(std::string& out, resource const& from);
  void add(span_data const& span);
  void end();

 private:
  json_writer json_;
};

}  // namespace reeve
