// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/json_task_fn.hpp>
#include <reeve/pipeline.hpp>
#include "../pool/pool_bed.hpp"

#include <boost/asio/deferred.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace reeve::bench {

/// A task that does nothing.
inline json_task_fn<int(int)> const no_op{"bench_no_op", [](int x) { return x; }};

/// A pool, and a pipeline on it.
class pipeline_bed : public pool_bed {
 public:
  using pool_bed::pool_bed;
  ~pipeline_bed() { stop(); }

  void start(std::shared_ptr<task_source> source, pipeline_params params = {}) {
    params.logging = log_level::off;
    line.emplace(pool, std::move(source), std::move(params));
    line->async_run([this](error_code ec) { ended_ = ec; });
  }
  void stop() {
    if (!line) return;
    line->drain();
    run_until([this] { return ended_.has_value(); });
    line.reset();
    ended_.reset();
  }

  /// Runs until it has published so many outcomes since its start.
  void run_until_published(std::uint64_t count) {
    run_until([&] { return line->status().published >= count; });
  }

  std::optional<pipeline> line;

 private:
  std::optional<error_code> ended_;
};

}  // namespace reeve::bench
