// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// How soon many workers work.

#include "../common/compare.hpp"
#include "pool_bed.hpp"
#include "raw_programs.hpp"
#include "sections.hpp"
#include "tasks.hpp"

#include <set>
#include <string>

namespace reeve::bench {
namespace {

constexpr std::size_t workers = 32;

/// Asks until each has answered: one may have done two tasks before another had begun.
void hear_of_all(pool_bed& bed) {
  std::set<pid_t> heard;
  flood calls{bed, workers, [] { return whose(); }, [&](pid_t pid) { heard.insert(pid); }};
  while (heard.size() < workers) calls.run(workers);
}

double with_a_pool() {
  std::optional<pool_bed> bed;
  return seconds([&] {
    bed.emplace(pool_params{.workers = workers});
    hear_of_all(*bed);
  });
}

double with_system_calls() {
  raw_programs all;
  return seconds([&] { all.start(workers); });
}

}  // namespace

int be_started(char const* descriptor) {
  char const word = 1;
  if (::write(std::stoi(descriptor), &word, 1) != 1) return 1;
  for (;;) ::pause();
}

void measure_start() {
  auto const c = compare<1>(
      {.step = {}, .steps = 15}, [] { return std::array{with_a_pool()}; },
      [] { return std::array{with_system_calls()}; })[0];
  report_pool("start32_ratio", c.ratio, "ratio",
              "32 x vfork+execve of this program until the main of each has written to a pipe " +
                  number(c.raw * 1e3, 1) + " ms; a pool of 32 until each worker has returned a result " +
                  number(c.ours * 1e3, 1) + " ms, medians of " + std::to_string(c.calls) + " each",
              "<= 2");
}

}  // namespace reeve::bench
