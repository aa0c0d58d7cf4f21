// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Large tasks: their way through shared memory.

#include "../common/compare.hpp"
#include "peers.hpp"
#include "pool_bed.hpp"
#include "raw_echo.hpp"
#include "sections.hpp"
#include "tasks.hpp"

namespace reeve::bench {

void measure_echo() {
  constexpr std::size_t texts = 400;
  constexpr auto size = raw_echo::text_size;
  constexpr auto bytes = static_cast<double>(texts * size);

  std::string const text(size, 'x');
  pool_bed bed{{.workers = raw_echo::children}};
  flood calls{bed, raw_echo::children * raw_echo::slots, [&] { return echo(text); },
              [&](std::string const& result) {
                if (result.size() != size) throw std::runtime_error{"the echo is wrong"};
              }};
  raw_echo raw;
  auto const ours_once = [&] { return std::array{seconds([&] { calls.run(texts); }) / bytes}; };
  auto const raw_once = [&] { return std::array{seconds([&] { raw.run(texts); }) / bytes}; };
  ours_once();
  raw_once();
  auto const c = compare<1>({.steps = 9}, ours_once, raw_once)[0];
  auto const per_second = [](double per_byte) { return 1 / per_byte / 1e9; };
  auto const words =
      "std::string of 1 MiB, 2 workers, 8 in the pool at a time; raw copies through shared memory " +
      number(per_second(c.raw), 2) + " GB/s, medians of " + std::to_string(c.calls) + " rounds of 400 each";
  report_pool("echo_gb_per_second", per_second(c.ours), "GB/s each way", words, ">= 1.5");
  report_pool("echo_ratio", 1 / c.ratio, "ratio", words, ">= 0.5");

  peers others;
  for (auto const library : peer_libraries)
    if (auto const answer = others.ask(library, "echo"))
      report_pool("echo_gb_per_second_" + std::string{library}, per_second(answer->seconds), "GB/s each way",
                  answer->how);
}

}  // namespace reeve::bench
