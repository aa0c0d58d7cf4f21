// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/otel_variables.hpp"
#include "reeve/tracing.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace reeve {

/// The largest queue that may be asked for.
inline constexpr std::size_t max_queue_limit = 1'000'000;

/// What OpenTelemetry's variables say of how spans are recorded. Nothing: they say nothing that makes sense.
struct otel_environment {
  /// OTEL_SDK_DISABLED
  bool disabled = false;
  /// OTEL_TRACES_EXPORTER: "otlp", and not "none".
  bool exports = true;
  std::optional<std::string> service_name{};
  text_pairs attributes{};
  std::optional<reeve::sampler> sampler{};
  std::optional<double> ratio{};
  std::optional<std::size_t> max_queue{};
  std::optional<std::size_t> max_batch{};
  std::optional<std::chrono::milliseconds> delay{};
  std::optional<std::chrono::milliseconds> export_timeout{};
  /// What makes no sense.
  std::vector<std::string> complaints{};
};

otel_environment read_otel_environment(variable_lookup const& look_up);

/// The same of how OTLP is spoken.
struct otlp_environment {
  /// The whole URL.
  std::optional<std::string> endpoint{};
  std::optional<text_pairs> headers{};
  std::optional<std::chrono::milliseconds> timeout{};
  std::optional<otlp_compression> compression{};
  std::optional<std::string> certificate{};
  /// Both or none.
  std::optional<std::string> client_certificate{};
  std::optional<std::string> client_key{};
  std::vector<std::string> complaints{};
};

otlp_environment read_otlp_environment(variable_lookup const& look_up);

}  // namespace reeve
