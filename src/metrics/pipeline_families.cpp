// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/status_families.hpp"
#include "reeve/task_outcome.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace reeve::detail {
namespace {

using enum prometheus::MetricType;

constexpr metric pipeline_state_metric{Gauge, "reeve_pipeline_state",
                                       "What the pipeline is doing: 1 for the state that it is in."};
constexpr metric queue_size_metric{Gauge, "reeve_pipeline_queue_size", "What is in a queue of the pipeline."};
constexpr metric queue_capacity_metric{Gauge, "reeve_pipeline_queue_capacity",
                                       "What may be in a queue of the pipeline."};
constexpr metric fetched_metric{Counter, "reeve_pipeline_fetched_total", "Tasks that were fetched."};
constexpr metric outcomes_metric{Counter, "reeve_pipeline_outcomes_total",
                                 "Outcomes that were published, by their verdict."};
constexpr metric abandoned_metric{Counter, "reeve_pipeline_abandoned_total",
                                  "Deliveries that were left to their leases at the end."};
constexpr metric source_errors_metric{Counter, "reeve_pipeline_source_errors_total",
                                      "Calls of the source that failed."};
constexpr metric source_up_metric{Gauge, "reeve_pipeline_source_up",
                                  "Whether the source does what it is asked for."};
constexpr metric latency_metric{Histogram, "reeve_pipeline_latency_seconds",
                                "Time from the fetch of a task until its outcome was published."};

}  // namespace

void add_families(family_set& to, std::string const& name, pipeline_status const& status) {
  auto const of = with({}, "pipeline", name);
  add_state(to[pipeline_state_metric], of, status.state, pipeline_state::stopped);
  for (auto const& queue : status.queues) {
    if (*queue.name == '\0') continue;  // it was not run yet
    auto const of_queue = with(of, "queue", queue.name);
    to[queue_size_metric].add(of_queue, queue.size);
    to[queue_capacity_metric].add(of_queue, queue.capacity);
  }
  to[fetched_metric].add(of, status.fetched);
  std::array<std::pair<verdict, std::uint64_t>, 5> const outcomes{
      {{verdict::complete, status.completed},
       {verdict::failed, status.failed},
       {verdict::retry, status.retried},
       {verdict::dead_letter, status.dead_lettered},
       {verdict::hand_back, status.handed_back}}};
  for (auto const& [what, count] : outcomes)
    to[outcomes_metric].add(with(of, "verdict", to_string(what)), count);
  to[abandoned_metric].add(of, status.abandoned);
  to[source_errors_metric].add(of, status.source_errors);
  to[source_up_metric].add(of, status.source_error.empty() ? 1.0 : 0.0);
  to[latency_metric].add(of, status.latency);
}

}  // namespace reeve::detail
