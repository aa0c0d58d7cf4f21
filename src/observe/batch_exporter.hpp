// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/giving_way.hpp"
#include "observe/span_batch.hpp"
#include "reeve/tracing.hpp"

#include <chrono>
#include <stop_token>

namespace reeve {

/// An exporter of reeve's own: it takes spans as they come, one by one.
class batch_exporter : public span_exporter {
 public:
  /// What `export_spans` does. Calls `way` for each span.
  virtual export_result export_batch(span_batch const& batch, resource const& from,
                                     std::chrono::steady_clock::time_point deadline, std::stop_token stop,
                                     giving_way& way) = 0;
};

}  // namespace reeve
