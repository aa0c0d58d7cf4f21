// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/process_pool.hpp>
#include "../common/event_loop.hpp"
#include "../common/report.hpp"

#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <sys/types.h>

namespace reeve::bench {

/// A pool that runs, without a log, on an event loop that runs only while it is asked to.
class pool_bed : public event_loop {
 public:
  explicit pool_bed(pool_params params) : pool{io.get_executor(), quiet(std::move(params))} {
    diagnostics diag;
    complete(pool.async_start(diag, boost::asio::deferred), diag);
  }
  pool_bed(pool_bed const&) = delete;
  pool_bed& operator=(pool_bed const&) = delete;
  ~pool_bed() { complete(pool.async_close(boost::asio::deferred)); }

  /// The processes of its workers.
  std::vector<pid_t> pids() const {
    std::vector<pid_t> result;
    for (auto const& worker : pool.status().workers)
      if (worker.pid != 0) result.push_back(worker.pid);
    return result;
  }

  /// How many of them take tasks.
  std::size_t ready() const {
    std::size_t count = 0;
    for (auto const& worker : pool.status().workers) count += worker.ready ? 1 : 0;
    return count;
  }

  process_pool pool;

 private:
  static pool_params quiet(pool_params params) {
    params.logging = log_level::off;
    return params;
  }
};

/// Runs `count` calls, `window` of them in the pool at a time. `make()` gives the next call, and `check(result)`
/// looks at each result.
template <class Make, class Check>
class flood {
 public:
  flood(pool_bed& bed, std::size_t window, Make make, Check check)
      : bed_{bed}, window_{window}, make_{std::move(make)}, check_{std::move(check)} {}

  void run(std::size_t count) {
    to_submit_ = to_end_ = count;
    for (std::size_t i = 0; i < window_ && to_submit_ > 0; ++i) submit();
    bed_.run_until_stopped();
  }

 private:
  void submit() {
    --to_submit_;
    bed_.pool.async_apply(make_(), [this](std::exception_ptr const& error, auto const& result) {
      if (error) std::rethrow_exception(error);
      check_(result);
      if (to_submit_ > 0) submit();
      if (--to_end_ == 0) bed_.io.stop();
    });
  }

  pool_bed& bed_;
  std::size_t window_;
  Make make_;
  Check check_;
  std::size_t to_submit_ = 0;
  std::size_t to_end_ = 0;
};

/// Prints a figure of this benchmark.
inline void report_pool(std::string_view metric, double value, std::string_view unit,
                        std::string_view reference, std::string_view goal = {}) {
  report("pool", metric, value, unit, reference, goal);
}

}  // namespace reeve::bench
