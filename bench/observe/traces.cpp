// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The throughput of a pool whose tasks are traced, beside that of one whose tasks are not. The pool's process has one CPU,
// and its workers share another: where the scheduler puts them else makes more of a difference than what is measured.

#include <reeve/tracing.hpp>
#include "../common/compare.hpp"
#include "../common/cpu.hpp"
#include "../pool/pool_bed.hpp"
#include "../pool/tasks.hpp"
#include "collector.hpp"
#include "sections.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace reeve::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t calls_at_a_time = 256;
constexpr std::size_t calls = 300'000;
constexpr double share = 0.01;

tracing_params traced_params(std::string const& endpoint) {
  tracing_params params;
  params.exporter = make_otlp_exporter({.endpoint = endpoint, .timeout = 1s});
  params.sampler = sampler::parent_or_ratio;
  params.ratio = share;
  params.export_timeout = 1s;
  return params;
}

// Its workers trace as well, where there is an endpoint.
pool_params bed_params(std::string const& endpoint) {
  pool_params params;
  params.workers = 2;
  params.process.cpu_affinity = {usable_cpus().back()};
  if (!endpoint.empty()) {
    params.env.set(trace_workers, "1");
    params.env.set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint);
    params.env.set("OTEL_BSP_EXPORT_TIMEOUT", "1000");
  }
  return params;
}

class caller {
 public:
  explicit caller(std::string const& endpoint) : bed_{bed_params(endpoint)} {}

  double per_call() {
    flood tasks{bed_, calls_at_a_time, [this] { return same(++next_); }, [](int) {}};
    auto const cpus = usable_cpus();
    use_cpus({cpus.front()});
    auto const took = seconds([&] { tasks.run(calls); });
    use_cpus(cpus);
    return took / static_cast<double>(calls);
  }

 private:
  pool_bed bed_;
  int next_ = 0;
};

struct traced_result {
  comparison both;
  tracing_status spans;
};

traced_result compare_traced(std::string const& endpoint) {
  caller plain{{}};
  caller traced{endpoint};
  tracing_status spans;
  plain.per_call();
  auto const ours = [&] {
    tracing now{traced_params(endpoint)};
    auto const took = traced.per_call();
    now.flush(1s);
    auto const status = now.status();
    spans.exported += status.exported;
    spans.dropped += status.dropped;
    spans.failed += status.failed;
    return std::array{took};
  };
  ours();
  auto const both =
      compare<1>({.step = {}, .steps = 31}, ours, [&] { return std::array{plain.per_call()}; })[0];
  return {.both = both, .spans = spans};
}

std::string in_words(traced_result const& result) {
  return number(1 / result.both.ours, 0) + " tasks/s, without " + number(1 / result.both.raw, 0) + "; " +
         std::to_string(result.spans.exported) + " spans exported, " + std::to_string(result.spans.dropped) +
         " dropped, " + std::to_string(result.spans.failed) + " failed";
}

}  // namespace

void measure_traces() {
  {
    collector_process const collector;
    auto const result = compare_traced(collector.endpoint());
    if (result.spans.exported == 0) throw std::runtime_error{"no span was exported"};
    report("observe", "trace_1pct_ratio", 1 / result.both.ratio, "ratio",
           "int(int) one by one, 1 % of the tasks traced on both sides: " + in_words(result), ">= 0.9");
  }
  auto const dead = compare_traced(dead_endpoint());
  if (dead.spans.exported != 0) throw std::runtime_error{"a span was exported to nobody"};
  report("observe", "dead_collector_ratio", 1 / dead.both.ratio, "ratio",
         "the same with a collector that is not there: " + in_words(dead), ">= 0.9");
}

}  // namespace reeve::bench
