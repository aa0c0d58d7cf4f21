// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/detail/tracer.hpp>
#include <reeve/span.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

/// @file
/// Records the spans of this process and exports them. Link reeve::observe.

namespace reeve {

/// Who the spans are of: "service.name" and so on.
using resource = std::vector<span_attribute>;

/// What became of a batch.
struct export_result {
  /// So many spans were taken.
  std::size_t taken = 0;
  /// Why the others were not; empty where all were.
  std::string error{};
};

/// Where spans go: implement it to hand them to another library, opentelemetry-cpp say.
class REEVE_DECL span_exporter {
 public:
  span_exporter() = default;
  span_exporter(span_exporter const&) = delete;
  span_exporter& operator=(span_exporter const&) = delete;
  virtual ~span_exporter();

  /// Exports a batch. Called on a thread of the `tracing`, one call at a time. It may block, and try again what can be
  /// tried again, until `deadline`; and should return soon once `stop` is requested. What it throws counts as an error
  /// of the whole batch.
  virtual export_result export_spans(std::span<span_data const> batch, resource const& from,
                                     std::chrono::steady_clock::time_point deadline,
                                     std::stop_token stop) = 0;
};

/// Which traces are recorded, of those that begin here (OTEL_TRACES_SAMPLER).
enum class sampler {
  /// All: "always_on".
  always_on,
  /// None: "always_off".
  always_off,
  /// A share: "traceidratio".
  ratio,
  /// As the parent says, and where there is none all: "parentbased_always_on", the default.
  parent_or_on,
  /// As the parent says, and where there is none none: "parentbased_always_off".
  parent_or_off,
  /// As the parent says, and where there is none a share: "parentbased_traceidratio".
  parent_or_ratio,
};

/// How requests are made smaller.
enum class otlp_compression {
  /// Not at all: "none", the default.
  none,
  /// By gzip, to a seventh or so: "gzip". Where reeve::observe was built with zlib.
  gzip,
};

/// How OTLP over HTTP is spoken. What is not set is what the environment says (OTEL_EXPORTER_OTLP_*), or else what
/// OpenTelemetry says.
struct otlp_params {
  /// The whole URL: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or OTEL_EXPORTER_OTLP_ENDPOINT and "v1/traces", or
  /// "http://localhost:4318/v1/traces". http, or https where reeve::observe was built with OpenSSL.
  std::optional<std::string> endpoint{};
  /// Added to each request: OTEL_EXPORTER_OTLP_TRACES_HEADERS, or OTEL_EXPORTER_OTLP_HEADERS.
  std::optional<std::vector<std::pair<std::string, std::string>>> headers{};
  /// How long one request may take: OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, or OTEL_EXPORTER_OTLP_TIMEOUT, or 10 s. 1 ms to
  /// an hour.
  std::optional<std::chrono::milliseconds> timeout{};
  /// OTEL_EXPORTER_OTLP_TRACES_COMPRESSION, or OTEL_EXPORTER_OTLP_COMPRESSION, or none.
  std::optional<otlp_compression> compression{};
  /// A file with the certificates that are trusted, for https: OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE, or
  /// OTEL_EXPORTER_OTLP_CERTIFICATE, or the system's.
  std::optional<std::string> certificate{};
  /// Files with this side's certificate and its key, in PEM, for a collector that asks who it is: both or none.
  /// OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE, or OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE; the key ..._CLIENT_KEY,
  /// which may have no password.
  std::optional<std::string> client_certificate{};
  std::optional<std::string> client_key{};  ///< See `client_certificate`.
};

/// Exports by OTLP over HTTP, in its JSON encoding. Throws std::invalid_argument, which names the field, for what cannot
/// be: an endpoint that is no URL, say. A variable that makes no sense is told on stderr, once, and does not count.
REEVE_DECL std::shared_ptr<span_exporter> make_otlp_exporter(otlp_params params = {});

/// How spans are recorded and exported. What is not set is what the environment says, or else what OpenTelemetry says.
struct tracing_params {
  /// Where they go; null: what OTEL_TRACES_EXPORTER says: "otlp" (the default) or "none".
  std::shared_ptr<span_exporter> exporter{};
  /// Which are recorded: OTEL_TRACES_SAMPLER, or `parent_or_on`.
  std::optional<reeve::sampler> sampler{};
  /// The share: OTEL_TRACES_SAMPLER_ARG, or 1. 0 to 1.
  std::optional<double> ratio{};
  /// So many may wait to be exported; what comes then is dropped, and counted: OTEL_BSP_MAX_QUEUE_SIZE, or 2048. 1 to
  /// 1,000,000.
  std::optional<std::size_t> max_queue{};
  /// At most so many are exported at a time: OTEL_BSP_MAX_EXPORT_BATCH_SIZE, or 512. 1 to `max_queue`.
  std::optional<std::size_t> max_batch{};
  /// How long they wait for others: OTEL_BSP_SCHEDULE_DELAY, or 5 s. Zero to an hour.
  std::optional<std::chrono::milliseconds> delay{};
  /// How long the export of a batch may take, all attempts together: OTEL_BSP_EXPORT_TIMEOUT, or 30 s. 1 ms to an hour.
  std::optional<std::chrono::milliseconds> export_timeout{};
  /// "service.name": OTEL_SERVICE_NAME, or that in OTEL_RESOURCE_ATTRIBUTES, or "unknown_service:PROGRAM".
  std::optional<std::string> service_name{};
  /// Who they are of, beside what OTEL_RESOURCE_ATTRIBUTES says, what reeve adds ("process.pid",
  /// "service.instance.id", and in a worker "reeve.worker.name" and so on), and the service's name.
  resource attributes{};
};

/// What became of the spans so far.
struct tracing_status {
  /// Spans that were exported.
  std::uint64_t exported = 0;
  /// Spans that were dropped because too many were waiting.
  std::uint64_t dropped = 0;
  /// Spans that the exporter could not get rid of.
  std::uint64_t failed = 0;
  /// Spans that wait, or are being exported.
  std::size_t waiting = 0;
  /// Why the last export failed; empty where it did not.
  std::string last_error{};
};

namespace detail {
class tracing_impl;
}

/// While it exists, this process records spans: of its supervisors, pools and pipelines, and those that the application
/// makes (`span`). One at a time in a process.
///
///     int main(int argc, char** argv) {
///       reeve::tracing tracing;                                       // in the program, and in its workers
///       if (auto code = reeve::run_as_worker(argc, argv)) return *code;
///       ...
///     }
///
/// Made before `run_as_worker` it is there in the workers, too. It has a thread of its own, which hears no signals and
/// does all that takes time: recording never blocks. A worker that ends orderly exports what it has first (at most
/// `worker_flush`). A forked process has not got that thread: there it records nothing, and may be destroyed for another.
class REEVE_DECL tracing {
 public:
  /// How long a worker that ends waits for the export at most.
  static constexpr std::chrono::seconds worker_flush = detail::worker_flush;

  /// Begins. With OTEL_SDK_DISABLED=true it records nothing. Throws std::invalid_argument, which names the field, for a
  /// parameter that cannot be, and std::logic_error where there is one already. A variable of the environment that
  /// makes no sense is told on stderr, once, and does not count, as OpenTelemetry wants it.
  explicit tracing(tracing_params params = {});
  tracing(tracing const&) = delete;
  tracing& operator=(tracing const&) = delete;
  /// Exports what it has, within `export_timeout`, and ends. Blocks for so long.
  ~tracing();

  /// Waits until what was recorded so far is exported. Whether it is. Blocks; thread-safe.
  bool flush(std::chrono::steady_clock::duration within);

  /// What became of the spans. Takes a lock.
  tracing_status status() const;

  /// Who they are of.
  reeve::resource const& resource() const noexcept;

 private:
  std::shared_ptr<detail::tracing_impl> impl_;
};

}  // namespace reeve
