// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "metrics/process_usage.hpp"
#include "metrics/slot_map.hpp"
#include "metrics/usage_files.hpp"
#include "metrics/watch_list.hpp"
#include "reeve/pipeline_status.hpp"
#include "reeve/pool_status.hpp"
#include "reeve/worker_totals.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace reeve::detail {

/// Makes metrics of what is watched, as it is when it is asked. Thread-safe.
class status_collector final : public prometheus::Collectable {
 public:
  /// `usage`: what a test has in the place of /proc.
  explicit status_collector(std::size_t max_workers, usage_reader usage = {});

  std::vector<prometheus::MetricFamily> Collect() const override;

  /// What keeps the process from doing its work, in lines; else empty.
  std::string missing() const;

  watch_list<supervisor_status> mutable supervisors{"supervisor"};
  watch_list<pool_status> mutable pools{"pool"};
  watch_list<pipeline_status> mutable pipelines{"pipeline"};

 private:
  std::size_t const max_workers_;
  usage_reader const usage_;
  /// For one collection at a time: an older one must not free the slots of a newer one.
  std::mutex mutable mutex_;
  usage_files mutable files_;
  std::map<std::string, slot_map> mutable slots_;
};

}  // namespace reeve::detail
