// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The throughput of a pool whose tasks are traced, beside that of one whose tasks are not. The thread that calls has one
// CPU, and the workers share another: where the scheduler puts them else makes more of a difference than what is measured.
// The two take turns of some milliseconds, because the machine's speed changes from one second to the next; and both are
// started anew for each step, because how a process happens to lie in memory makes a difference for as long as it lives.

#include "../common/compare.hpp"
#include "caller.hpp"
#include "collector.hpp"
#include "own_process.hpp"
#include "sections.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace reeve::bench {
namespace {

using namespace std::chrono_literals;

constexpr int calls = 30'000;
constexpr int starts = 15;

class caller {
 public:
  explicit caller(std::string const& endpoint) : process_{{std::string{caller_argument}, endpoint}} {
    per_call();
  }

  double per_call() {
    process_.tell(std::to_string(calls));
    return std::stod(process_.hear()) / calls;
  }

  struct spans {
    std::uint64_t exported = 0;
    std::uint64_t dropped = 0;
    std::uint64_t failed = 0;
  };
  spans status() {
    process_.tell("");
    std::istringstream in{process_.hear()};
    spans status;
    in >> status.exported >> status.dropped >> status.failed;
    return status;
  }

 private:
  own_process process_;
};

struct traced_result {
  double ratio = 0;
  double traced = 0;
  double plain = 0;
  caller::spans spans;
};

traced_result compare_traced(std::string const& endpoint) {
  std::vector<double> ratios, traced_times, plain_times;
  traced_result result;
  for (int start = 0; start < starts; ++start) {
    caller traced{endpoint};
    caller plain{{}};
    auto const both = compare<1>(
        {.step = 600ms, .steps = 1}, [&] { return std::array{traced.per_call()}; },
        [&] { return std::array{plain.per_call()}; })[0];
    ratios.push_back(1 / both.ratio);
    traced_times.push_back(both.ours);
    plain_times.push_back(both.raw);
    auto const spans = traced.status();
    result.spans.exported += spans.exported;
    result.spans.dropped += spans.dropped;
    result.spans.failed += spans.failed;
  }
  result.ratio = median(std::move(ratios));
  result.traced = median(std::move(traced_times));
  result.plain = median(std::move(plain_times));
  return result;
}

std::string in_words(traced_result const& result) {
  return number(1 / result.traced, 0) + " tasks/s, without " + number(1 / result.plain, 0) + "; " +
         std::to_string(result.spans.exported) + " spans exported, " + std::to_string(result.spans.dropped) +
         " dropped, " + std::to_string(result.spans.failed) + " failed";
}

}  // namespace

void measure_traces() {
  {
    own_process collector{{std::string{collector_argument}}};
    auto const result = compare_traced(collector.hear());
    if (result.spans.exported == 0) throw std::runtime_error{"no span was exported"};
    report("observe", "trace_1pct_ratio", result.ratio, "ratio",
           "int(int) one by one, 1 % of the tasks traced on both sides: " + in_words(result), ">= 0.9");
  }
  auto const dead = compare_traced(dead_endpoint());
  if (dead.spans.exported != 0) throw std::runtime_error{"a span was exported to nobody"};
  report("observe", "dead_collector_ratio", dead.ratio, "ratio",
         "the same with a collector that is not there: " + in_words(dead), ">= 0.9");
}

}  // namespace reeve::bench
