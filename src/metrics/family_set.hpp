// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/duration_histogram.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>
#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

namespace reeve::detail {

/// A metric that reeve has; doc/metrics.md lists them.
struct metric {
  prometheus::MetricType type;
  char const* name;
  char const* help;
};

using labels = std::vector<prometheus::ClientMetric::Label>;

/// Those labels and one more.
labels with(labels all, char const* name, std::string_view value);

/// The series of one metric.
class family {
 public:
  explicit family(metric const& m);

  void add(labels of, double value);
  void add(labels of, std::uint64_t value) { add(std::move(of), static_cast<double>(value)); }
  void add(labels of, duration_histogram const& value);

  metric const* what;
  prometheus::MetricFamily made;
};

/// All metrics of a scrape. Each is there once, whoever adds to it. A metric is known by its address: scrapes of many
/// workers ask often.
class family_set {
 public:
  /// The reference stays good.
  family& operator[](metric const& what);

  /// Those that have series, in the order in which they were asked for.
  std::vector<prometheus::MetricFamily> take();

 private:
  std::deque<family> families_;
};

}  // namespace reeve::detail
