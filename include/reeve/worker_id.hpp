// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace reeve {

/// Which worker: the name of its spec, its index among the spec's instances, and its generation.
///
/// The generation counts the worker's incarnations from 1. In a command, generation 0 means whichever
/// incarnation runs now; any other value acts on that incarnation only, never on its successor.
struct worker_id {
  /// The name of its spec.
  std::string name;
  /// Its index among the spec's instances, from 0.
  std::size_t index = 0;
  /// Its incarnation, from 1; 0 before its first start, and in a command for whichever runs.
  std::uint64_t generation = 0;

  friend bool operator==(worker_id const&, worker_id const&) = default;
  /// By name, then by index, then by generation.
  friend auto operator<=>(worker_id const&, worker_id const&) = default;
};

/// "name/index#generation", for people; nothing parses it.
REEVE_DECL std::string to_string(worker_id const& id);

/// Writes `to_string(id)`.
REEVE_DECL std::ostream& operator<<(std::ostream& out, worker_id const& id);

}  // namespace reeve
