// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of the export need: an exporter that does what it is told, an environment without OpenTelemetry's
// variables, and spans.

#include "process_test.hpp"
#include "reeve/tracing.hpp"

#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace reeve::test {

/// OpenTelemetry's variables, as the test sets them; restored at its end.
class otel_variables_set {
 public:
  explicit otel_variables_set(std::map<std::string, std::string> const& values = {}) {
    for (char** variable = environ; *variable; ++variable) {
      std::string const text{*variable};
      if (text.starts_with("OTEL_"))
        before_[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    for (auto const& [name, value] : before_) ::unsetenv(name.c_str());
    for (auto const& [name, value] : values) ::setenv(name.c_str(), value.c_str(), 1);
    set_ = values;
  }
  otel_variables_set(otel_variables_set const&) = delete;
  otel_variables_set& operator=(otel_variables_set const&) = delete;
  ~otel_variables_set() {
    for (auto const& [name, value] : set_) ::unsetenv(name.c_str());
    for (auto const& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  std::map<std::string, std::string> before_;
  std::map<std::string, std::string> set_;
};

/// Keeps the spans that it gets, and does what the test says with each batch.
class test_exporter final : public span_exporter {
 public:
  using duty =
      std::function<export_result(std::size_t count, std::chrono::steady_clock::time_point, std::stop_token)>;

  explicit test_exporter(duty what = {}) : what_{std::move(what)} {}

  export_result export_spans(std::span<span_data const> batch, resource const&,
                             std::chrono::steady_clock::time_point deadline, std::stop_token stop) override {
    {
      std::lock_guard const lock{mutex_};
      for (auto const& one : batch) names_.push_back(one.name);
      batches_.push_back(batch.size());
      changed_.notify_all();
    }
    return what_ ? what_(batch.size(), deadline, stop) : export_result{batch.size()};
  }

  std::vector<std::string> names() const {
    std::lock_guard const lock{mutex_};
    return names_;
  }
  std::vector<std::size_t> batches() const {
    std::lock_guard const lock{mutex_};
    return batches_;
  }
  void require_batches(std::size_t count) {
    std::unique_lock lock{mutex_};
    BOOST_REQUIRE_MESSAGE(changed_.wait_for(lock, patience, [&] { return batches_.size() >= count; }),
                          "so many batches did not come within the deadline");
  }

 private:
  duty const what_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> names_;
  std::vector<std::size_t> batches_;
};

/// Waits until the stop.
inline void wait_for_stop(std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock{mutex};
  condition.wait(lock, stop, [] { return false; });
}

/// Records so many spans of new traces: "1", "2" and so on.
inline void make_spans(int count) {
  for (int i = 1; i <= count; ++i) reeve::span{std::to_string(i)}.end();
}

}  // namespace reeve::test
