// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// How soon the caller knows that a task is lost.

#include "../common/compare.hpp"
#include "pool_bed.hpp"
#include "raw_programs.hpp"
#include "sections.hpp"
#include "tasks.hpp"

#include <algorithm>
#include <csignal>
#include <optional>

namespace reeve::bench {
namespace {

using namespace std::chrono_literals;

/// Loses a worker with each task, and gets another at once.
pool_params losing(std::size_t workers) {
  return {.workers = workers,
          .prefetch = 0,
          .restart = {.delay = {}, .backoff = 1, .jitter = 0, .max_restarts = 1'000'000}};
}

/// One task that is to end with an `Error`, and when it did.
template <class Error>
struct lost_task {
  void submit(process_pool& pool, task_call<void> call) {
    submitted = clock::now();
    pool.async_apply(std::move(call), [this](std::exception_ptr const& error) {
      ended = clock::now();
      try {
        if (error) std::rethrow_exception(error);
        throw std::runtime_error{"the task was not lost"};
      } catch (Error const&) {
      }
    });
  }
  /// In seconds.
  double since(clock::time_point from) const {
    return std::chrono::duration<double>(ended.value() - from).count();
  }

  clock::time_point submitted;
  std::optional<clock::time_point> ended;
};

double lose(pool_bed& bed) {
  bed.run_until([&] { return bed.ready() == 1; });
  bool accepted = false;
  lost_task<worker_lost> task;
  task.submit(bed.pool, sleep_forever().with({.on_accepted = [&](task_info const&) { accepted = true; }}));
  bed.run_until([&] { return accepted; });
  auto const killed = clock::now();
  ::kill(bed.pids().at(0), SIGKILL);
  bed.run_until([&] { return task.ended.has_value(); });
  return task.since(killed);
}

/// All workers run into the limit at a time.
template <std::size_t Workers>
std::array<double, Workers> run_into(pool_bed& bed, clock::duration limit) {
  bed.run_until([&] { return bed.ready() == Workers; });
  std::array<lost_task<task_timed_out>, Workers> tasks;
  for (auto& task : tasks) task.submit(bed.pool, compute_forever().with({.hard_limit = limit}));
  bed.run_until(
      [&] { return std::ranges::all_of(tasks, [](auto const& t) { return t.ended.has_value(); }); });
  std::array<double, Workers> late{};
  for (std::size_t i = 0; i < Workers; ++i)
    late[i] = tasks[i].since(tasks[i].submitted) - std::chrono::duration<double>(limit).count();
  return late;
}

}  // namespace

void measure_loss() {
  pool_bed bed{losing(1)};
  raw_programs raw;
  auto const c = compare<1>(
      {}, [&] { return std::array{lose(bed)}; },
      [&] {
        raw.start(1);
        return std::array{seconds([&] { raw.kill_all(); })};
      })[0];
  report_pool("loss_ms_p50", c.ours * 1e3, "ms",
              "kill -9 of a worker that runs a task, to worker_lost at the caller; kill and waitid of a "
              "process of the "
              "same program " +
                  number(c.raw * 1e3, 2) + " ms, medians of " + std::to_string(c.calls) + " each",
              "<= 2");
}

void measure_hard_limit() {
  constexpr std::size_t workers = 2;
  pool_bed bed{losing(workers)};
  std::vector<double> late;
  for (auto const& step : run_steps({.steps = 10}, [&] {
         std::vector<double> some;
         for (int i = 0; i < 10; ++i)
           for (double const one : run_into<workers>(bed, 100ms)) some.push_back(one);
         return some;
       }))
    late.insert(late.end(), step.begin(), step.end());
  std::ranges::sort(late);
  auto const p99 = late[(late.size() * 99 + 99) / 100 - 1];
  report_pool("hard_limit_error_ms", p99 * 1e3, "ms",
              "submission of a task that only computes to task_timed_out, less its limit of 100 ms, 2 "
              "workers, p99 of " +
                  std::to_string(late.size()) + "; p50 " + number(late[late.size() / 2] * 1e3, 2) + " ms",
              "<= 10");
}

}  // namespace reeve::bench
