// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/status_families.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace reeve::detail {
namespace {

using enum prometheus::MetricType;

constexpr metric pool_state_metric{Gauge, "reeve_pool_state",
                                   "What the pool is doing: 1 for the state that it is in."};
constexpr metric pool_size_metric{Gauge, "reeve_pool_size", "So many workers the pool is to have."};
constexpr metric pool_workers_metric{Gauge, "reeve_pool_workers", "The pool's workers by what they do."};
constexpr metric pool_tasks_metric{Gauge, "reeve_pool_tasks",
                                   "Tasks that have not ended, by where they are."};
constexpr metric submitted_metric{Counter, "reeve_pool_tasks_submitted_total", "Tasks that were submitted."};
constexpr metric ended_metric{Counter, "reeve_pool_tasks_total", "Tasks that have ended, by their outcome."};
constexpr metric retries_metric{Counter, "reeve_pool_retries_total",
                                "Tasks that were run again because their worker had died."};
constexpr metric lost_metric{Counter, "reeve_pool_lost_workers_total",
                             "Workers that died while they ran a task."};
constexpr metric timeouts_metric{Counter, "reeve_pool_timeouts_total",
                                 "Workers that were killed because a task had passed its hard limit."};
constexpr metric recycled_metric{Counter, "reeve_pool_recycled_total", "Workers that were recycled."};
constexpr metric run_time_metric{Histogram, "reeve_pool_task_run_seconds",
                                 "How long tasks ran on their workers."};
constexpr metric wait_time_metric{Histogram, "reeve_pool_task_wait_seconds",
                                  "How long tasks waited from their submission until they ran."};
constexpr metric pool_exits_metric{Counter, "reeve_pool_worker_exits_total",
                                   "Exits of the pool's workers, and starts that failed, by their cause."};
constexpr metric pool_spawn_time_metric{Histogram, "reeve_pool_worker_spawn_seconds",
                                        "Time from the wish for a worker's process until it existed."};
constexpr metric pool_ready_time_metric{Histogram, "reeve_pool_worker_ready_seconds",
                                        "Time from the start of a worker's process until it was ready."};
constexpr metric pool_cpu_metric{Counter, "reeve_pool_worker_cpu_seconds_total",
                                 "CPU time of the process of the worker in this place."};
constexpr metric pool_memory_metric{Gauge, "reeve_pool_worker_resident_memory_bytes",
                                    "Resident memory of the process of the worker in this place."};

void add_pool_workers(family& to, labels const& of, pool_status const& status) {
  std::uint64_t starting = 0;
  std::uint64_t ready = 0;
  std::uint64_t draining = 0;
  for (auto const& worker : status.workers) ++(worker.draining ? draining : worker.ready ? ready : starting);
  to.add(with(of, "state", "starting"), starting);
  to.add(with(of, "state", "ready"), ready);
  to.add(with(of, "state", "draining"), draining);
}

void add_tasks(family_set& to, labels const& of, pool_status const& status) {
  to[pool_tasks_metric].add(with(of, "state", "waiting"), status.waiting);
  to[pool_tasks_metric].add(with(of, "state", "queued"), status.queued);
  to[pool_tasks_metric].add(with(of, "state", "dispatched"), status.dispatched);
  to[submitted_metric].add(of, status.submitted);
  to[ended_metric].add(with(of, "outcome", "succeeded"), status.succeeded);
  to[ended_metric].add(with(of, "outcome", "failed"), status.failed);
  to[run_time_metric].add(of, status.run_time);
  to[wait_time_metric].add(of, status.wait_time);
}

void add_usage(family_set& to, labels const& of, pool_status const& status, slot_map& slots,
               gather_context const& context) {
  std::vector<std::string> names;
  names.reserve(status.workers.size());
  for (auto const& worker : status.workers) names.push_back(worker.worker.name);
  auto const assigned = slots.assign(names);
  for (std::size_t i = 0; i != assigned.size(); ++i) {
    auto const pid = status.workers[i].pid;
    if (assigned[i] >= context.max_workers || pid == 0) continue;
    auto const usage = context.usage(pid, context.now);
    if (!usage) continue;
    auto const of_worker = with(of, "slot", std::to_string(assigned[i]));
    to[pool_cpu_metric].add(of_worker, usage->cpu_seconds);
    to[pool_memory_metric].add(of_worker, usage->resident_bytes);
  }
}

}  // namespace

void add_families(family_set& to, std::string const& name, pool_status const& status, slot_map& slots,
                  gather_context const& context) {
  auto const of = with({}, "pool", name);
  add_state(to[pool_state_metric], of, status.state, pool_state::failed);
  to[pool_size_metric].add(of, status.size);
  add_pool_workers(to[pool_workers_metric], of, status);
  add_tasks(to, of, status);
  to[retries_metric].add(of, status.retried);
  to[lost_metric].add(of, status.losses);
  to[timeouts_metric].add(of, status.timeouts);
  to[recycled_metric].add(of, status.recycled);
  add_by_cause(to[pool_exits_metric], of, status.worker_counts.exits);
  to[pool_spawn_time_metric].add(of, status.worker_counts.spawn_time);
  to[pool_ready_time_metric].add(of, status.worker_counts.ready_time);
  add_usage(to, of, status, slots, context);
}

}  // namespace reeve::detail
