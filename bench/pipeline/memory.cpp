// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <reeve/memory_source.hpp>
#include "../common/compare.hpp"
#include "../common/processes.hpp"
#include "pipeline_bed.hpp"
#include "sections.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

namespace reeve::bench {
namespace {

// Keeps a source full, from the same loop.
class feeder {
 public:
  explicit feeder(memory_source& source) : source_{source} { feed(); }

 private:
  void feed() {
    source_.async_submit(
        {.id = std::to_string(next_++), .name = "bench_no_op", .payload = "[1]"}, [this](error_code ec) {
          if (ec) return;
          while (source_.try_submit({.id = std::to_string(next_), .name = "bench_no_op", .payload = "[1]"}))
            ++next_;
          feed();
        });
  }

  memory_source& source_;
  std::uint64_t next_ = 0;
};

}  // namespace

void measure_memory_source() {
  constexpr std::uint64_t warm_up = 50'000;
  constexpr std::uint64_t step = 100'000;
  constexpr std::uint64_t all = 1'000'000;

  pipeline_bed bed{{.workers = 2}};
  memory_source_params const params{.capacity = 2'000, .dedup_window = {}};
  auto const source = std::make_shared<memory_source>(bed.io.get_executor(), params);
  bed.start(source);
  feeder const feeding{*source};
  bed.run_until_published(warm_up);
  auto const memory = static_cast<double>(resident_memory());
  auto done = warm_up;
  auto const rates = run_steps({.steps = 9}, [&] {
    return static_cast<double>(step) / seconds([&] { bed.run_until_published(done += step); });
  });
  bed.run_until_published(std::max(done, all));
  report_pipeline("memory_per_second", median(rates), "tasks/s",
                  "no-op tasks through a memory_source, 2 workers, medians of steps of 100000", ">= 100000");
  report_pipeline("memory_growth_kib", (static_cast<double>(resident_memory()) - memory) / 1024, "KiB",
                  "resident memory from task 50000 to 1000000 of a source without end, from " +
                      number(memory / 1024, 0) + " KiB",
                  "<= 1024");
  bed.stop();
}

}  // namespace reeve::bench
