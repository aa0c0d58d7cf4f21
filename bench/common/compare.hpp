// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "cpu.hpp"
#include "report.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reeve::bench {

using clock = std::chrono::steady_clock;

/// The time that something takes, in seconds.
template <class Function>
double seconds(Function&& function) {
  auto const start = clock::now();
  std::forward<Function>(function)();
  return std::chrono::duration<double>(clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  auto const half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

struct comparison_params {
  /// A step alternates the two for so long, and once at least.
  clock::duration step = std::chrono::milliseconds{400};
  std::size_t steps = 15;
  /// A step of which more was stolen is done again.
  double most_steal = 0.05;
  /// But so often at most, all in all.
  std::size_t most_repeats = 30;
  /// The CPU that is used, where it is one.
  std::optional<int> cpu{};
};

/// Two ways of doing the same, in seconds.
struct comparison {
  /// The median of the steps' medians.
  double ours = 0;
  double raw = 0;
  /// The median of the steps' ratios: what slows a step down slows both sides.
  double ratio = 0;
  std::size_t calls = 0;

  std::string text(std::string const& raw_name) const {
    return raw_name + ' ' + number(raw * 1e6, 0) + " us, ours " + number(ours * 1e6, 0) + " us, medians of " +
           std::to_string(calls) + " calls each";
  }
};

/// Does a step as often as the parameters say, and once more for each of which too much was stolen; returns what
/// the good ones returned.
template <class Step>
auto run_steps(comparison_params const& params, Step step) {
  std::vector<decltype(step())> results;
  for (std::size_t repeats = 0; results.size() < params.steps;) {
    steal_watch steal{params.cpu};
    auto result = step();
    if (auto const stolen = steal.share(); stolen > params.most_steal) {
      progress("steal " + number(stolen * 100, 0) + " % in a step" +
               (repeats < params.most_repeats ? ": again" : ""));
      if (repeats++ < params.most_repeats) continue;
    }
    results.push_back(std::move(result));
  }
  return results;
}

/// Compares `ours` with `raw`, which return the seconds that each of N things took. They take turns, so that
/// both see the same weather.
template <std::size_t N, class Ours, class Raw>
std::array<comparison, N> compare(comparison_params const& params, Ours ours, Raw raw) {
  struct series {
    std::vector<double> ours, raw;
  };
  bool ours_first = false;
  auto const steps = run_steps(params, [&] {
    std::array<series, N> step;
    auto const turn = [&](bool of_ours) {
      std::array<double, N> const took = of_ours ? ours() : raw();
      for (std::size_t i = 0; i < N; ++i) (of_ours ? step[i].ours : step[i].raw).push_back(took[i]);
    };
    auto const end = clock::now() + params.step;
    do {
      turn(ours_first);
      turn(!ours_first);
      ours_first = !ours_first;
    } while (clock::now() < end);
    return step;
  });

  std::array<comparison, N> result;
  for (std::size_t i = 0; i < N; ++i) {
    std::vector<double> our_medians, raw_medians, ratios;
    for (auto const& step : steps) {
      our_medians.push_back(median(step[i].ours));
      raw_medians.push_back(median(step[i].raw));
      ratios.push_back(our_medians.back() / raw_medians.back());
      result[i].calls += step[i].ours.size();
    }
    result[i].ours = median(std::move(our_medians));
    result[i].raw = median(std::move(raw_medians));
    result[i].ratio = median(std::move(ratios));
  }
  return result;
}

}  // namespace reeve::bench
