// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/supervisor_params.hpp"
#include "reeve/trace_context.hpp"
#include "reeve/worker_id.hpp"

#include <string_view>
#include <sys/types.h>

namespace reeve {

/// Writes records about workers to Boost.Log, at and above a level. Thread-safe.
class logger {
 public:
  explicit logger(log_level least) noexcept : least_{least} {}

  bool enabled(log_level level) const noexcept { return level >= least_ && least_ != log_level::off; }

  /// One record about one worker, which the text names for sinks that show no attributes; `pid` is 0 where it
  /// has no process; `trace` is that of the worker, where it has one. What a sink or a filter throws ends here: a
  /// supervisor must not be stopped by a full disk.
  void write(log_level level, worker_id const& worker, pid_t pid, std::string_view text,
             trace_context const* trace = nullptr) const noexcept;

 private:
  void write_record(log_level level, worker_id const& worker, pid_t pid, std::string_view text,
                    trace_context const* trace) const;

  log_level least_;
};

}  // namespace reeve
