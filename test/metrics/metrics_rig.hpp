// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of the metrics need: made-up statuses, and what is in a text of metrics.

#include "metrics/status_families.hpp"
#include "reeve/worker_totals.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/types.h>

namespace reeve::test {

inline constexpr std::chrono::steady_clock::time_point made_up_now{std::chrono::hours{1'000}};

/// A worker that has run for ten seconds.
inline worker_status running_worker(std::string name, std::size_t index = 0, pid_t pid = 100) {
  worker_status status;
  status.worker = {std::move(name), index, 1};
  status.state = worker_state::running;
  status.pid = pid;
  status.started_at = made_up_now - std::chrono::seconds{10};
  return status;
}

inline worker_status worker_in(worker_state state, std::string name = "w", std::size_t index = 0) {
  worker_status status;
  status.worker = {std::move(name), index, 1};
  status.state = state;
  return status;
}

/// Every process uses 2.5 seconds and a page.
inline detail::gather_context made_up_context(std::size_t max_workers = 1000) {
  return {
      .usage = [](pid_t, auto) { return detail::process_usage{.cpu_seconds = 2.5, .resident_bytes = 4096}; },
      .now = made_up_now,
      .max_workers = max_workers};
}

inline std::string text_of(detail::family_set& families) {
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families.take());
  return out.str();
}

/// A text with all that there is.
inline std::string text_of_all() {
  detail::family_set set;
  supervisor_status workers{.workers = {running_worker("api"), running_worker("od\"d\\\n\xFF", 1)}};
  workers.workers[0].last_heartbeat = made_up_now;
  workers.workers[0].counters = {{"processed", 1, false}, {"connected", 1, true}, {"a\"b\\c", 1, false}};
  workers.totals.ready_time.add(std::chrono::seconds{1});
  add_families(set, "main", workers, made_up_context());

  pool_status pool{.state = pool_state::running, .size = 1};
  pool.workers = {{.worker = {"pool.1", 0, 1}, .pid = 10, .ready = true}};
  detail::slot_map slots;
  add_families(set, "pool", pool, slots, made_up_context());

  pipeline_status line{.state = pipeline_state::running};
  line.queues = {{{"fetched", 1, 10}, {"running", 2, 20}, {"unpublished", 3, 30}}};
  add_families(set, "orders", line);
  return text_of(set);
}

/// The lines of a text that are series of that metric, or begin with more than its name.
inline std::vector<std::string> series_in(std::string const& text, std::string_view begin) {
  std::vector<std::string> found;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(begin) &&
        (line[begin.size()] == '{' || line[begin.size()] == ' ' || begin.ends_with('"')))
      found.push_back(line);
  return found;
}

/// The value of a series, which is written as in the text; nothing where it is not there.
inline std::optional<double> value_in(std::string const& text, std::string const& series) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(series + ' ')) return std::stod(line.substr(series.size() + 1));
  return std::nullopt;
}

/// That a series has a value.
#define REEVE_TEST_SERIES(text, series, expected) \
  BOOST_TEST(reeve::test::value_in(text, series).value_or(-1) == static_cast<double>(expected), \
             (series) << " in\n" \
                      << (text))

}  // namespace reeve::test
