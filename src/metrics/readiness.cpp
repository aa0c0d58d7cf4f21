// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/readiness.hpp"

#include <algorithm>
#include <utility>

namespace reeve::detail {
namespace {

constexpr std::size_t most_lines = 20;

// One that was stopped, or has done what it was for, is not missing: somebody wanted it so.
bool is_missing(worker_state state) noexcept {
  switch (state) {
    case worker_state::running:
    case worker_state::stopped:
    case worker_state::finished: return false;
    default: return true;
  }
}

}  // namespace

void missing_list::look_at(std::string const& name, supervisor_status const& status) {
  for (auto const& worker : status.workers)
    if (is_missing(worker.state))
      add("supervisor " + name + ": worker " + to_string(worker.worker) + " is " + to_string(worker.state));
}

void missing_list::look_at(std::string const& name, pool_status const& status) {
  if (status.state != pool_state::running) return add("pool " + name + " is " + to_string(status.state));
  if (std::ranges::none_of(status.workers, [](auto const& w) { return w.ready && !w.draining; }))
    add("pool " + name + " has no worker that takes tasks");
}

void missing_list::look_at(std::string const& name, pipeline_status const& status) {
  if (status.state != pipeline_state::running) add("pipeline " + name + " is " + to_string(status.state));
  if (!status.source_error.empty()) add("pipeline " + name + ": its source: " + status.source_error);
}

void missing_list::add(std::string line) {
  if (++count_ <= most_lines) lines_ += std::move(line) + '\n';
}

std::string missing_list::text() const {
  if (count_ <= most_lines) return lines_;
  return lines_ + "and " + std::to_string(count_ - most_lines) + " more\n";
}

}  // namespace reeve::detail
