// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/status_families.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace reeve::detail {
namespace {

using enum prometheus::MetricType;

constexpr metric workers_metric{Gauge, "reeve_workers", "Workers by the state that they are in."};
constexpr metric up_metric{Gauge, "reeve_worker_up", "Whether the worker has a process."};
constexpr metric restarts_metric{Counter, "reeve_worker_restarts_total",
                                 "Starts of the worker after the first, whatever their cause."};
constexpr metric age_metric{Gauge, "reeve_worker_heartbeat_age_seconds",
                            "Time since the supervisor last saw the worker's heartbeat change."};
constexpr metric uptime_metric{Gauge, "reeve_worker_uptime_seconds",
                               "Time since the worker's process was started."};
constexpr metric cpu_metric{Counter, "reeve_worker_cpu_seconds_total",
                            "CPU time of the worker's process, in user mode and in the kernel."};
constexpr metric memory_metric{Gauge, "reeve_worker_resident_memory_bytes",
                               "Resident memory of the worker's process."};
constexpr metric dropped_metric{Counter, "reeve_worker_output_dropped_bytes_total",
                                "Captured output of the worker that a sink could not take."};
constexpr metric counted_metric{Untyped, "reeve_worker_counted", "The worker's own counters."};
constexpr metric flag_metric{Gauge, "reeve_worker_flag", "The worker's own flags: 1 or 0."};
constexpr metric spawns_metric{Counter, "reeve_worker_spawns_total", "Processes that were started."};
constexpr metric exits_metric{Counter, "reeve_worker_exits_total",
                              "Exits, and starts that failed, by their cause."};
constexpr metric by_cause_metric{Counter, "reeve_worker_restarts_by_cause_total",
                                 "Restarts, by the cause of the exit before."};
constexpr metric unhealthy_metric{Counter, "reeve_worker_unhealthy_total",
                                  "How often a worker was found unhealthy, or not ready in time."};
constexpr metric gave_up_metric{Counter, "reeve_worker_gave_up_total",
                                "How often no restart of a worker was tried any more."};
constexpr metric spawn_time_metric{Histogram, "reeve_worker_spawn_seconds",
                                   "Time from the wish for a process until it existed."};
constexpr metric ready_time_metric{Histogram, "reeve_worker_ready_seconds",
                                   "Time from a process's start until the worker was ready."};

/// More than a worker page holds.
constexpr std::size_t most_counters = 64;

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::max(0.0, std::chrono::duration<double>{to - from}.count());
}

void add_states(family& to, labels const& of, std::span<worker_status const> workers) {
  std::array<std::uint64_t, static_cast<std::size_t>(worker_state::failed) + 1> counts{};
  for (auto const& worker : workers) ++counts[static_cast<std::size_t>(worker.state)];
  for (std::size_t i = 0; i != counts.size(); ++i)
    to.add(with(of, "state", to_string(static_cast<worker_state>(i))), counts[i]);
}

void add_counters(family_set& to, labels const& of, worker_status const& worker) {
  auto const count = std::min(worker.counters.size(), most_counters);
  for (auto const& counter : std::span{worker.counters}.first(count)) {
    if (counter.is_flag)
      to[flag_metric].add(with(of, "flag", counter.name), counter.value != 0 ? 1.0 : 0.0);
    else
      to[counted_metric].add(with(of, "counter", counter.name), counter.value);
  }
}

void add_worker(family_set& to, labels const& of, worker_status const& worker,
                gather_context const& context) {
  to[up_metric].add(of, worker.alive() ? 1.0 : 0.0);
  to[restarts_metric].add(of, worker.restarts);
  to[dropped_metric].add(of, worker.output_dropped);
  if (!worker.alive()) return;
  if (worker.last_heartbeat) to[age_metric].add(of, seconds_between(*worker.last_heartbeat, context.now));
  if (worker.started_at) to[uptime_metric].add(of, seconds_between(*worker.started_at, context.now));
  if (auto const usage = context.usage(worker.pid, worker.started_at.value_or(context.now))) {
    to[cpu_metric].add(of, usage->cpu_seconds);
    to[memory_metric].add(of, usage->resident_bytes);
  }
  add_counters(to, of, worker);
}

}  // namespace

void add_by_cause(family& to, labels const& of, std::array<std::uint64_t, exit_cause_count> const& counts) {
  for (std::size_t i = 0; i != counts.size(); ++i)
    to.add(with(of, "cause", to_string(static_cast<exit_cause>(i))), counts[i]);
}

void add_families(family_set& to, std::string const& name, supervisor_status const& status,
                  gather_context const& context) {
  auto const of = with({}, "supervisor", name);
  add_states(to[workers_metric], of, status.workers);

  auto const& totals = status.totals;
  to[spawns_metric].add(of, totals.spawned);
  add_by_cause(to[exits_metric], of, totals.exits);
  add_by_cause(to[by_cause_metric], of, totals.restarts);
  to[unhealthy_metric].add(of, totals.unhealthy);
  to[gave_up_metric].add(of, totals.gave_up);
  to[spawn_time_metric].add(of, totals.spawn_time);
  to[ready_time_metric].add(of, totals.ready_time);

  auto const count = std::min(status.workers.size(), context.max_workers);
  for (auto const& worker : std::span{status.workers}.first(count))
    add_worker(to, with(with(of, "worker", worker.worker.name), "index", std::to_string(worker.worker.index)),
               worker, context);
}

}  // namespace reeve::detail
