// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What it costs to be seen: traces on the way of a task, and a scrape of the metrics.

#include <reeve/tracing.hpp>
#include <reeve/worker.hpp>
#include "common/report.hpp"
#include "observe/caller.hpp"
#include "observe/collector.hpp"
#include "observe/sections.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace reeve::bench;

struct section {
  std::string_view name;
  void (*measure)();
};

constexpr std::array sections{
    section{"traces", measure_traces},
    section{"scrape", measure_scrape},
};

}  // namespace

/// Measures the sections that are named, or all.
int main(int argc, char** argv) try {
  std::optional<reeve::tracing> tracing;
  if (std::getenv(trace_workers)) tracing.emplace();
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  std::vector<std::string_view> const wanted{argv + 1, argv + argc};
  if (wanted.size() == 1 && wanted[0] == collector_argument) return be_collector();
  if (wanted.size() == 2 && wanted[0] == caller_argument) return be_caller(wanted[1]);

  for (auto const name : wanted)
    if (std::ranges::find(sections, name, &section::name) == sections.end())
      throw std::runtime_error{"no section '" + std::string{name} + "': there are traces, scrape"};
  for (auto const& [name, measure] : sections) {
    if (!wanted.empty() && std::ranges::find(wanted, name) == wanted.end()) continue;
    progress("-- " + std::string{name});
    measure();
  }
} catch (std::exception const& e) {
  reeve::bench::progress(e.what());
  return 1;
}
