// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/tracing.hpp"

#include "observe/otel_environment.hpp"
#include "observe/process_resource.hpp"
#include "observe/tracing_impl.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace reeve {
namespace {

using namespace std::chrono_literals;

void require_tracing(bool ok, char const* message) {
  if (!ok) throw std::invalid_argument{message};
}

void validate_tracing(tracing_params const& params) {
  auto const in_hour = [](std::optional<std::chrono::milliseconds> const& value,
                          std::chrono::milliseconds least) {
    return !value || (*value >= least && *value <= 1h);
  };
  require_tracing(!params.ratio || (*params.ratio >= 0 && *params.ratio <= 1),
                  "reeve: tracing_params.ratio must be 0 to 1");
  require_tracing(!params.max_queue || (*params.max_queue >= 1 && *params.max_queue <= max_queue_limit),
                  "reeve: tracing_params.max_queue must be 1 to 1,000,000");
  require_tracing(in_hour(params.delay, 0ms), "reeve: tracing_params.delay must be zero to an hour");
  require_tracing(in_hour(params.export_timeout, 1ms),
                  "reeve: tracing_params.export_timeout must be 1 ms to an hour");
}

span_batcher::limits limits_of(tracing_params const& params, otel_environment const& environment) {
  span_batcher::limits limits;
  limits.max_queue = params.max_queue.value_or(environment.max_queue.value_or(limits.max_queue));
  require_tracing(!params.max_batch || (*params.max_batch >= 1 && *params.max_batch <= limits.max_queue),
                  "reeve: tracing_params.max_batch must be 1 to max_queue");
  auto const batch = params.max_batch.value_or(environment.max_batch.value_or(limits.max_batch));
  limits.max_batch = std::min(batch, limits.max_queue);
  limits.delay = params.delay.value_or(environment.delay.value_or(5s));
  return limits;
}

std::shared_ptr<span_exporter> exporter_of(tracing_params const& params,
                                           otel_environment const& environment) {
  if (params.exporter) return params.exporter;
  return environment.exports ? make_otlp_exporter() : nullptr;
}

char const* tracing_variable(char const* name) { return std::getenv(name); }

detail::tracing_impl::settings settings_of(tracing_params const& params,
                                           otel_environment const& environment) {
  detail::tracing_impl::settings made;
  made.limits = limits_of(params, environment);
  made.sampler = {params.sampler.value_or(environment.sampler.value_or(sampler::parent_or_on)),
                  params.ratio.value_or(environment.ratio.value_or(1))};
  made.export_timeout = params.export_timeout.value_or(environment.export_timeout.value_or(30s));
  made.end_within = made.export_timeout;
  if (is_worker_environment(tracing_variable)) {
    made.end_within = std::min<detail::tracing_impl::duration>(made.end_within, tracing::worker_flush);
    made.ends_after_vain_flush = true;
  }
  made.from = make_resource(params, environment, tracing_variable);
  made.exporter = environment.disabled ? nullptr : exporter_of(params, environment);
  return made;
}

}  // namespace

tracing::tracing(tracing_params params) {
  validate_tracing(params);
  auto const environment = read_otel_environment(tracing_variable);
  complain_once(environment.complaints);
  impl_ = std::make_shared<detail::tracing_impl>(settings_of(params, environment));
  if (environment.disabled) return;
  if (!detail::install_tracer(impl_))
    throw std::logic_error{"reeve: there is a tracing in this process already"};
  try {
    impl_->start();
  } catch (...) {
    detail::remove_tracer(*impl_);
    impl_->end();
    throw;
  }
}

tracing::~tracing() {
  detail::remove_tracer(*impl_);
  impl_->end();
}

bool tracing::flush(std::chrono::steady_clock::duration within) { return impl_->flush(within); }

tracing_status tracing::status() const { return impl_->status(); }

reeve::resource const& tracing::resource() const noexcept { return impl_->from(); }

}  // namespace reeve
