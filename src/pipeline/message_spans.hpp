// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/span.hpp"
#include "reeve/task_message.hpp"
#include "reeve/task_outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace reeve {

/// The spans of the messages that a pipeline holds: of each from its fetch until its outcome is published. Without a
/// trace, and where nobody is tracing, there is none.
class message_spans {
 public:
  explicit message_spans(std::string pipeline) : pipeline_{std::move(pipeline)} {}

  void fetched(task_message const& message);
  /// For what is done for it; an empty one where there is no trace.
  trace_context const& context(std::uint64_t delivery) const noexcept;
  /// One of the stages begins.
  void stage(std::uint64_t delivery, char const* name);
  void published(task_outcome const& outcome);

 private:
  std::string const pipeline_;
  std::unordered_map<std::uint64_t, span> spans_;
};

}  // namespace reeve
