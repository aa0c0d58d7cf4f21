// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/environment.hpp"
#include "reeve/span.hpp"
#include "reeve/worker_event.hpp"
#include "reeve/worker_id.hpp"

#include <optional>

namespace reeve {

/// The spans of one worker's incarnations: "worker NAME" from the wish for a process to its exit, and below it
/// "start NAME" until it is ready.
class worker_spans {
 public:
  /// A new incarnation, below `parent`, which belongs to no trace where each is one of its own.
  void begin(worker_id const& id, trace_context const& parent);
  /// Tells its process where it belongs, unless the application has said so itself.
  void tell(environment& env) const;
  void happened(worker_event const& event);
  /// Null where it belongs to no trace.
  trace_context const* context() const noexcept;

 private:
  void exited(exit_record const& record);

  std::optional<span> life_;
  std::optional<span> start_;
};

}  // namespace reeve
