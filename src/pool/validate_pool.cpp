// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/validate_pool.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace reeve {
namespace {

using duration = std::chrono::steady_clock::duration;
using namespace std::chrono_literals;

constexpr duration year = std::chrono::hours{24 * 365};

bool is_limit(duration d) { return d == 0s || (d >= 1ms && d <= year); }
bool is_within(duration d, duration least, duration most = year) { return d >= least && d <= most; }

// What a worker's spec has from its pool.
worker_spec sample(pool_params const& params) {
  worker_spec spec;
  spec.name = params.name + ".1";
  spec.command = params.program.value_or(in_this_program("task"));
  spec.env = params.env;
  spec.stdio = params.stdio;
  spec.process = params.process;
  spec.output = params.output;
  spec.restart = params.restart;
  spec.stop = params.stop;
  return spec;
}

}  // namespace

std::optional<field_error> validate(pool_params const& p) {
  std::optional<field_error> wrong;
  auto const require = [&wrong](bool ok, char const* field, char const* message) {
    if (!ok && !wrong) wrong = field_error{field, message};
  };
  require(p.workers <= most_workers, "workers", "must be at most 1,000");
  require(is_limit(p.soft_limit), "soft_limit", "must be 0, or 1 ms to a year");
  require(is_limit(p.hard_limit), "hard_limit", "must be 0, or 1 ms to a year");
  require(p.max_tasks_jitter >= 0 && p.max_tasks_jitter <= 1, "max_tasks_jitter", "must be 0 to 1");
  require(p.max_memory_per_worker.hard == 0 || p.max_memory_per_worker.hard >= p.max_memory_per_worker.soft,
          "max_memory_per_worker.hard", "must be 0, or at least the soft limit");
  require(p.max_in_flight >= 1 && p.max_in_flight <= 1'000'000, "max_in_flight", "must be 1 to 1,000,000");
  require(p.concurrency >= 1 && p.concurrency <= 32, "concurrency", "must be 1 to 32");
  require(p.prefetch <= 32, "prefetch", "must be at most 32");
  require(is_within(p.spin, 0s, 1ms), "spin", "must be 0 to 1 ms");
  require(is_within(p.pool_spin, 0s, 1ms), "pool_spin", "must be 0 to 1 ms");
  require(p.max_message_size >= 1024 && p.max_message_size <= std::uint64_t{1} << 40U, "max_message_size",
          "must be 1 KiB to 1 TiB");
  require(is_within(p.claim_within, 100ms), "claim_within", "must be 100 ms to a year");
  require(is_within(p.start_within, 1ms), "start_within", "must be 1 ms to a year");
  require(is_within(p.cancel_grace, 0s), "cancel_grace", "must be 0 to a year");
  require(is_within(p.progress_period, 1ms), "progress_period", "must be 1 ms to a year");
  require(!p.name.empty() && p.name.size() <= 100, "name", "must have 1 to 100 bytes");
  require(!p.program || !p.program->program.empty(), "program", "names no program");
  require(std::ranges::all_of(p.process.descriptors, [](auto const& d) { return d.target >= 16; }),
          "process.descriptors", "has a target below 16: the pool needs those");
  require(p.restart.mode == restart_mode::always, "restart.mode", "must be always");
  if (!wrong) wrong = validate(sample(p));
  return wrong;
}

}  // namespace reeve
