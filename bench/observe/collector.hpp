// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace reeve::bench {

/// In a worker's environment: it traces, too.
inline constexpr char const* trace_workers = "BENCH_TRACE_WORKERS";

/// The argument with which this program is a collector: it takes all requests and answers 200.
inline constexpr std::string_view collector_argument = "collector";
int be_collector();

/// A process that takes spans, and is killed at the end.
class collector_process {
 public:
  collector_process();
  collector_process(collector_process const&) = delete;
  collector_process& operator=(collector_process const&) = delete;
  ~collector_process();

  std::string const& endpoint() const noexcept { return endpoint_; }

 private:
  pid_t pid_ = 0;
  std::string endpoint_;
};

/// One where nobody listens.
std::string dead_endpoint();

}  // namespace reeve::bench
