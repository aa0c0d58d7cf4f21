// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otel_environment.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

namespace reeve {
namespace {

struct sampler_name {
  std::string_view text;
  sampler value;
};

constexpr std::array sampler_names{sampler_name{"always_on", sampler::always_on},
                                   sampler_name{"always_off", sampler::always_off},
                                   sampler_name{"traceidratio", sampler::ratio},
                                   sampler_name{"parentbased_always_on", sampler::parent_or_on},
                                   sampler_name{"parentbased_always_off", sampler::parent_or_off},
                                   sampler_name{"parentbased_traceidratio", sampler::parent_or_ratio}};

bool read_disabled(otel_variables& variables) {
  constexpr char const* name = "OTEL_SDK_DISABLED";
  auto value = variables.text(name).value_or("false");
  std::transform(value.begin(), value.end(), value.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (value != "true" && value != "false") variables.complain(name, "it must be true or false");
  return value == "true";
}

bool read_exports(otel_variables& variables) {
  constexpr char const* name = "OTEL_TRACES_EXPORTER";
  auto const value = variables.text(name).value_or("otlp");
  if (value != "otlp" && value != "none") variables.complain(name, "it must be otlp or none");
  return value != "none";
}

std::optional<sampler> read_sampler(otel_variables& variables) {
  constexpr char const* name = "OTEL_TRACES_SAMPLER";
  auto const value = variables.text(name);
  if (!value) return std::nullopt;
  auto const* const found = std::find_if(sampler_names.begin(), sampler_names.end(),
                                         [&](sampler_name const& one) { return one.text == *value; });
  if (found != sampler_names.end()) return found->value;
  std::string all;
  for (auto const& one : sampler_names) all.append(all.empty() ? "" : ", ").append(one.text);
  variables.complain(name, "it must be one of " + all);
  return std::nullopt;
}

std::optional<double> read_ratio(otel_variables& variables) {
  constexpr char const* name = "OTEL_TRACES_SAMPLER_ARG";
  auto const value = variables.text(name);
  if (!value) return std::nullopt;
  double ratio = 0;
  auto const* const end = value->data() + value->size();
  auto const [stop, error] = std::from_chars(value->data(), end, ratio);
  if (error == std::errc{} && stop == end && ratio >= 0 && ratio <= 1) return ratio;
  variables.complain(name, "it must be a number from 0 to 1");
  return std::nullopt;
}

}  // namespace

otel_environment read_otel_environment(variable_lookup const& look_up) {
  otel_variables variables{look_up};
  otel_environment read;
  read.disabled = read_disabled(variables);
  read.exports = read_exports(variables);
  read.service_name = variables.text("OTEL_SERVICE_NAME");
  read.attributes = variables.pairs("OTEL_RESOURCE_ATTRIBUTES").value_or(text_pairs{});
  read.sampler = read_sampler(variables);
  read.ratio = read_ratio(variables);
  read.max_queue = variables.number("OTEL_BSP_MAX_QUEUE_SIZE", 1, max_queue_limit);
  read.max_batch = variables.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1, max_queue_limit);
  read.delay = variables.milliseconds("OTEL_BSP_SCHEDULE_DELAY", 0);
  read.export_timeout = variables.milliseconds("OTEL_BSP_EXPORT_TIMEOUT", 1);
  read.complaints = variables.take_complaints();
  return read;
}

}  // namespace reeve
