// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What a task costs on its way through a pipeline: from memory, and from NATS beside a bare consumer; and what is left
// undone when nodes are killed.

#include <reeve/worker.hpp>
#include "common/report.hpp"
#include "pipeline/sections.hpp"

#include <algorithm>
#include <array>
#include <exception>
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
    section{"memory", measure_memory_source},
    section{"nats", measure_nats},
    section{"nodes", measure_node_kills},
};

}  // namespace

/// Measures the sections that are named, or all.
int main(int argc, char** argv) try {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  std::vector<std::string_view> const wanted{argv + 1, argv + argc};
  if (wanted.size() == 3 && wanted[0] == node_argument) return be_node(argv[2], argv[3]);

  for (auto const name : wanted)
    if (std::ranges::find(sections, name, &section::name) == sections.end())
      throw std::runtime_error{"no section '" + std::string{name} + "': there are memory, nats, nodes"};
  for (auto const& [name, measure] : sections) {
    if (!wanted.empty() && std::ranges::find(wanted, name) == wanted.end()) continue;
    progress("-- " + std::string{name});
    measure();
  }
} catch (std::exception const& e) {
  reeve::bench::progress(e.what());
  return 1;
}
