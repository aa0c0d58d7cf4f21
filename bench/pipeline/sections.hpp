// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "../common/report.hpp"

#include <string_view>

namespace reeve::bench {

// Each measures, and prints what it found.

void measure_memory_source();
void measure_nats();
void measure_node_kills();

/// The argument that makes this program a node for `measure_node_kills`: the server's URL and the file where its
/// tasks note that they ran are next.
inline constexpr char const* node_argument = "--node";
int be_node(char const* url, char const* notes);

/// Prints a figure of this benchmark.
inline void report_pipeline(std::string_view metric, double value, std::string_view unit,
                            std::string_view reference, std::string_view goal = {}) {
  report("pipeline", metric, value, unit, reference, goal);
}

}  // namespace reeve::bench
