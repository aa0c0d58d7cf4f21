// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Many small tasks.

#include "../common/compare.hpp"
#include "peers.hpp"
#include "pool_bed.hpp"
#include "sections.hpp"
#include "tasks.hpp"

#include <numeric>
#include <optional>
#include <stdexcept>

namespace reeve::bench {
namespace {

constexpr std::size_t window = 256;
constexpr std::size_t tasks = 300'000;
constexpr std::size_t elements = 1'000'000;

/// Ours and a peer's, in turns. Nothing where the peer is not there.
template <class Ours>
std::optional<comparison> compare_with_peer(peers& others, std::string_view library, std::string_view what,
                                            Ours ours, std::string& how) try {
  how = std::string{library} + ": " + others.ask(library, what).value().how;  // it looks for its best way
  return compare<1>(
      {.step = {}, .steps = 7}, [&] { return std::array{ours()}; },
      [&] { return std::array{others.ask(library, what).value().seconds}; })[0];
} catch (std::bad_optional_access const&) {
  return std::nullopt;
}

double map_once(pool_bed& bed, std::vector<int> const& numbers) {
  std::vector<int> results;
  auto const took = seconds([&] {
    bed.pool.async_map(same, numbers, [&](std::exception_ptr const& error, std::vector<int> all) {
      if (error) std::rethrow_exception(error);
      results = std::move(all);
      bed.io.stop();
    });
    bed.run_until_stopped();
  });
  if (results != numbers) throw std::runtime_error{"the map's results are wrong"};
  return took;
}

}  // namespace

void measure_submit() {
  pool_bed bed{{.workers = 2}};
  int next = 0;
  flood calls{bed, window, [&] { return same(++next); }, [](int) {}};
  auto const per_task = [&] { return seconds([&] { calls.run(tasks); }) / tasks; };
  per_task();
  report_pool(
      "submit_per_second", 1 / median(run_steps({}, per_task)), "tasks/s",
      "int(int) one by one, 256 in the pool at a time, 2 workers, a callback, medians of 15 rounds of 300000",
      ">= 1000000");

  peers others;
  auto const against = [&](std::string_view metric, std::string_view library, std::string_view what,
                           std::string_view goal) {
    std::string how;
    if (auto const c = compare_with_peer(others, library, what, per_task, how))
      report_pool(std::string{metric} + std::string{library}, 1 / c->ratio, "ratio",
                  how + ", " + number(1 / c->raw, 0) + " tasks/s, ours " + number(1 / c->ours, 0), goal);
  };
  for (auto const library : peer_libraries) {
    against("submit_vs_", library, "submit", library == "multiprocessing" ? ">= 40" : "");
    against("submit_each_vs_", library, "submit_each", "");
  }
}

void measure_map() {
  pool_bed bed{{.workers = 2}};
  std::vector<int> numbers(elements);
  std::iota(numbers.begin(), numbers.end(), 0);
  auto const ours = [&] { return map_once(bed, numbers); };
  ours();
  report_pool("map_ms", median(run_steps({}, ours)) * 1e3, "ms",
              "async_map of 1000000 ints, 2 workers, medians of 15");

  peers others;
  for (auto const library : peer_libraries) {
    std::string how;
    if (auto const c = compare_with_peer(others, library, "map", ours, how))
      report_pool("map_vs_" + std::string{library}, 1 / c->ratio, "ratio",
                  how + ", " + number(c->raw * 1e3, 0) + " ms, ours " + number(c->ours * 1e3, 1) + " ms",
                  library == "multiprocessing" ? ">= 5" : "");
  }
}

}  // namespace reeve::bench
