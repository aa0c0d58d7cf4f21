// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What a task costs, beside the bare system calls and the pools of Python; and how soon a loss is known.

#include <reeve/worker.hpp>
#include "common/idle_calls.hpp"
#include "common/processes.hpp"
#include "common/report.hpp"
#include "pool/sections.hpp"

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

// The memory goes first: what others have freed would be there for the taking.
constexpr std::array sections{
    section{"memory", measure_memory},    section{"round_trip", measure_round_trip},
    section{"submit", measure_submit},    section{"map", measure_map},
    section{"echo", measure_echo},        section{"loss", measure_loss},
    section{"limit", measure_hard_limit}, section{"start", measure_start},
    section{"idle", measure_idle},
};

void check(std::vector<std::string_view> const& wanted) {
  for (auto const name : wanted) {
    if (std::ranges::find(sections, name, &section::name) != sections.end()) continue;
    std::string text = "no section '" + std::string{name} + "': there are";
    for (auto const& known : sections) text += ' ' + std::string{known.name};
    throw std::runtime_error{text};
  }
}

}  // namespace

/// Measures the sections that are named, or all.
int main(int argc, char** argv) try {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  std::vector<std::string_view> const wanted{argv + 1, argv + argc};
  if (wanted.size() == 1 && wanted[0] == idle_argument) return be_idle_pool();
  if (wanted.size() == 2 && wanted[0] == raw_start_argument) return be_started(argv[2]);

  check(wanted);
  raise_descriptor_limit();
  for (auto const& [name, measure] : sections) {
    if (!wanted.empty() && std::ranges::find(wanted, name) == wanted.end()) continue;
    progress("-- " + std::string{name});
    measure();
  }
} catch (std::exception const& e) {
  progress(e.what());
  return 1;
}
