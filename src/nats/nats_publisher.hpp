// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_call.hpp"
#include "nats/nats_jobs.hpp"
#include "nats/nats_line.hpp"
#include "nats/nats_link.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace reeve::detail {

/// Publishes and acknowledges, on a thread of its own: does as many jobs together as there are. Thread-safe.
class nats_publisher : public std::enable_shared_from_this<nats_publisher> {
 public:
  using clock = std::chrono::steady_clock;

  nats_publisher(context_door door, std::shared_ptr<nats_link> link)
      : door_{std::move(door)}, link_{std::move(link)} {}

  void add(std::shared_ptr<nats_job> job);

  /// Aborts what waits. Does not block.
  void close();

  /// What the thread does.
  void run();

 private:
  using jobs = std::vector<std::shared_ptr<nats_job>>;

  bool take_new(jobs& active);
  void work(nats_line& line, jobs& active);
  void finish(jobs& active);
  void fail(jobs& active, std::string const& why);

  context_door const door_;
  std::shared_ptr<nats_link> const link_;

  std::mutex mutex_;
  std::condition_variable changed_;
  jobs new_;
  jobs known_;  // taken by the thread, and perhaps not done
  bool started_ = false;
  bool closed_ = false;
};

}  // namespace reeve::detail
