// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/status_collector.hpp"

#include "metrics/family_set.hpp"
#include "metrics/readiness.hpp"
#include "metrics/status_families.hpp"

#include <chrono>
#include <utility>
#include <sys/types.h>

namespace reeve::detail {

status_collector::status_collector(std::size_t max_workers, usage_reader usage)
    : max_workers_{max_workers}, usage_{usage ? std::move(usage) : [this](pid_t pid, auto known_at) {
        return files_.read(pid, known_at);
      }} {}

std::vector<prometheus::MetricFamily> status_collector::Collect() const {
  std::lock_guard const lock{mutex_};
  family_set families;
  gather_context context{
      .usage = usage_, .now = std::chrono::steady_clock::now(), .max_workers = max_workers_};
  for (auto const& [name, status] : supervisors.read()) add_families(families, name, status, context);

  context.now = std::chrono::steady_clock::now();
  std::map<std::string, slot_map> slots;
  for (auto const& [name, status] : pools.read()) {
    auto& own = slots[name];
    if (auto const known = slots_.find(name); known != slots_.end()) own = std::move(known->second);
    add_families(families, name, status, own, context);
  }
  slots_ = std::move(slots);
  files_.close_unread();
  for (auto const& [name, status] : pipelines.read()) add_families(families, name, status);
  return families.take();
}

std::string status_collector::missing() const {
  missing_list missing;
  for (auto const& [name, status] : supervisors.read()) missing.look_at(name, status);
  for (auto const& [name, status] : pools.read()) missing.look_at(name, status);
  for (auto const& [name, status] : pipelines.read()) missing.look_at(name, status);
  return missing.text();
}

}  // namespace reeve::detail
