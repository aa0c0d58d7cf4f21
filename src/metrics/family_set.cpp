// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/family_set.hpp"

#include "metrics/label_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace reeve::detail {
namespace {

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

}  // namespace

labels with(labels all, char const* name, std::string_view value) {
  all.push_back({.name = name, .value = label_text(value)});
  return all;
}

family::family(metric const& m)
    : what{&m}, made{.name = m.name, .help = m.help, .type = m.type, .metric = {}} {}

void family::add(labels of, double value) {
  auto& series = made.metric.emplace_back();
  series.label = std::move(of);
  switch (made.type) {
    case prometheus::MetricType::Counter: series.counter.value = value; break;
    case prometheus::MetricType::Gauge: series.gauge.value = value; break;
    default: series.untyped.value = value; break;
  }
}

void family::add(labels of, duration_histogram const& value) {
  auto& series = made.metric.emplace_back();
  series.label = std::move(of);
  auto& made_of = series.histogram;
  made_of.bucket.reserve(duration_histogram::bounds.size());
  std::uint64_t up_to_here = 0;
  for (std::size_t i = 0; i != duration_histogram::bounds.size(); ++i) {
    up_to_here += value.counts[i];
    made_of.bucket.push_back(
        {.cumulative_count = up_to_here, .upper_bound = seconds(duration_histogram::bounds[i])});
  }
  made_of.sample_count = value.total();
  made_of.sample_sum = seconds(value.sum);
}

family& family_set::operator[](metric const& what) {
  auto const known = std::ranges::find(families_, &what, &family::what);
  return known != families_.end() ? *known : families_.emplace_back(what);
}

std::vector<prometheus::MetricFamily> family_set::take() {
  std::vector<prometheus::MetricFamily> all;
  all.reserve(families_.size());
  for (auto& f : families_)
    if (!f.made.metric.empty()) all.push_back(std::move(f.made));
  families_.clear();
  return all;
}

}  // namespace reeve::detail
