// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "caller.hpp"

#include <reeve/tracing.hpp>
#include "../common/compare.hpp"
#include "../common/cpu.hpp"
#include "../pool/pool_bed.hpp"
#include "../pool/tasks.hpp"

#include <chrono>
#include <cstddef>
#include <iostream>
#include <optional>
#include <string>
#include <sys/prctl.h>

namespace reeve::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t calls_at_a_time = 256;
constexpr double share = 0.01;

tracing_params traced_params(std::string_view endpoint) {
  tracing_params params;
  params.exporter = make_otlp_exporter({.endpoint = std::string{endpoint}, .timeout = 1s});
  params.sampler = sampler::parent_or_ratio;
  params.ratio = share;
  params.export_timeout = 1s;
  return params;
}

// Its workers trace as well, where there is an endpoint.
pool_params bed_params(std::string_view endpoint) {
  pool_params params;
  params.workers = 2;
  params.process.cpu_affinity = {usable_cpus().back()};
  if (!endpoint.empty()) {
    params.env.set(trace_workers, "1");
    params.env.set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", std::string{endpoint});
    params.env.set("OTEL_BSP_EXPORT_TIMEOUT", "1000");
  }
  return params;
}

void print_status(std::optional<tracing>& spans) {
  tracing_status status;
  if (spans) {
    spans->flush(1s);
    status = spans->status();
  }
  std::cout << status.exported << ' ' << status.dropped << ' ' << status.failed << std::endl;
}

}  // namespace

int be_caller(std::string_view endpoint) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pool_bed bed{bed_params(endpoint)};
  std::optional<tracing> spans;
  if (!endpoint.empty()) spans.emplace(traced_params(endpoint));
  use_cpus({usable_cpus().front()});
  int next = 0;
  flood tasks{bed, calls_at_a_time, [&] { return same(++next); }, [](int) {}};
  for (std::string line; std::getline(std::cin, line);) {
    if (line.empty())
      print_status(spans);
    else
      std::cout << seconds([&] { tasks.run(std::stoul(line)); }) << std::endl;
  }
  return 0;
}

}  // namespace reeve::bench
