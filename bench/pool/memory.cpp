// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Whether the parent's memory grows with the number of tasks.

#include "../common/processes.hpp"
#include "pool_bed.hpp"
#include "sections.hpp"
#include "tasks.hpp"

#include <filesystem>
#include <iterator>

namespace reeve::bench {
namespace {

std::size_t open_descriptors() {
  using iterator = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(iterator{"/proc/self/fd"}, iterator{}));
}

}  // namespace

void measure_memory() {
  constexpr std::size_t warm_up = 10'000;
  constexpr std::size_t all = 1'000'000;

  pool_bed bed{{.workers = 2}};
  flood calls{bed, 256, [] { return same(1); }, [](int) {}};
  calls.run(warm_up);
  auto const memory = static_cast<double>(resident_memory());
  auto const descriptors = open_descriptors();
  calls.run(all - warm_up);
  report_pool("memory_growth_kib", (static_cast<double>(resident_memory()) - memory) / 1024, "KiB",
              "resident memory of the parent from task 10000 to 1000000, from " + number(memory / 1024, 0) +
                  " KiB; descriptors then " + std::to_string(descriptors) + " and now " +
                  std::to_string(open_descriptors()),
              "<= 256");
}

}  // namespace reeve::bench
