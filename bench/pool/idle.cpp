// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What a pool does that has nothing to do.

#include "../common/idle_calls.hpp"
#include "pool_bed.hpp"
#include "sections.hpp"
#include "tasks.hpp"

#include <thread>

namespace reeve::bench {

int be_idle_pool() {
  pool_bed bed{{.workers = 2}};
  flood{bed, 64, [] { return same(1); }, [](int) {}}.run(1'000);
  auto const pids = bed.pids();
  bed.io.restart();
  std::thread loop{[&] { bed.io.run(); }};
  stay_idle(pids);
  bed.io.stop();
  loop.join();
  return 0;
}

void measure_idle() {
  report_pool("idle_syscalls", static_cast<double>(count_idle_calls()), "calls",
              "all threads of the parent and of 2 workers that have run 1000 tasks, 10 s, by strace", "== 0");
}

}  // namespace reeve::bench
