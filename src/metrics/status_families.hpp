// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "metrics/family_set.hpp"
#include "metrics/process_usage.hpp"
#include "metrics/slot_map.hpp"
#include "reeve/pipeline_status.hpp"
#include "reeve/pool_status.hpp"
#include "reeve/worker_totals.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace reeve::detail {

/// What is asked for besides a status.
struct gather_context {
  usage_reader usage{};
  /// A moment before the statuses were read, but for the ages in them, which are counted up to it.
  std::chrono::steady_clock::time_point now{};
  /// See `metrics_params`.
  std::size_t max_workers = 0;
};

void add_families(family_set& to, std::string const& name, supervisor_status const& status,
                  gather_context const& context);

void add_families(family_set& to, std::string const& name, pool_status const& status, slot_map& slots,
                  gather_context const& context);

void add_families(family_set& to, std::string const& name, pipeline_status const& status);

/// Series for each of the first values of an enum: 1 for the one that it has now, else 0.
template <class Enum>
void add_state(family& to, labels const& of, Enum now, Enum last) {
  for (auto value = 0; value <= static_cast<int>(last); ++value) {
    auto const state = static_cast<Enum>(value);
    to.add(with(of, "state", to_string(state)), state == now ? 1.0 : 0.0);
  }
}

/// Series for each cause of an exit.
void add_by_cause(family& to, labels const& of, std::array<std::uint64_t, exit_cause_count> const& counts);

}  // namespace reeve::detail
