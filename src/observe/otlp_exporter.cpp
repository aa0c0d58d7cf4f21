// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/batch_exporter.hpp"
#include "observe/export_retry.hpp"
#include "observe/gzip.hpp"
#include "observe/kept_memory.hpp"
#include "observe/otel_environment.hpp"
#include "observe/otlp_client.hpp"
#include "observe/otlp_json.hpp"
#include "observe/otlp_tls.hpp"
#include "observe/span_batch.hpp"
#include "reeve/tracing.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace reeve {
namespace {

using namespace std::chrono_literals;

// Whether that time has come, and no stop.
bool wait_until_try(std::chrono::steady_clock::time_point at, std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock{mutex};
  condition.wait_until(lock, stop, at, [] { return false; });
  return !stop.stop_requested();
}

class otlp_exporter final : public batch_exporter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  otlp_exporter(otlp_url url, text_pairs headers, otlp_tls tls, std::chrono::milliseconds timeout,
                std::optional<gzip> compression)
      : client_{std::move(url), std::move(headers), std::move(tls)},
        timeout_{timeout},
        gzip_{std::move(compression)} {}

  export_result export_spans(std::span<span_data const> batch, resource const& from, time_point deadline,
                             std::stop_token stop) override {
    write(from, [batch](otlp_json& json) {
      for (auto const& span : batch) json.add(span);
    });
    return post(packed(nullptr), batch.size(), deadline, stop);
  }

  // One span at a time, which stays in the processor's caches.
  export_result export_batch(span_batch const& batch, resource const& from, time_point deadline,
                             std::stop_token stop, giving_way& way) override {
    write(from, [&](otlp_json& json) {
      for (span_batch::reader spans{batch}; spans.next(span_); way()) json.add(span_);
    });
    return post(packed(&way), batch.size(), deadline, stop);
  }

 private:
  void write(resource const& from, auto const& add_spans) {
    if (body_.capacity() > most_kept_memory) {
      body_ = {};
      span_ = {};
    }
    body_.clear();
    otlp_json json{body_, from};
    add_spans(json);
    json.end();
  }

  std::string const& packed(giving_way* way) { return gzip_ ? gzip_->compress(body_, way) : body_; }

  export_result post(std::string const& body, std::size_t size, time_point deadline,
                     std::stop_token const& stop) {
    export_retry retry{deadline, seed_++};
    for (;;) {
      auto const until = std::min(deadline, std::chrono::steady_clock::now() + timeout_);
      auto const answer = client_.post(body, until, stop);
      auto verdict = judge_otlp_answer(answer, size, std::chrono::system_clock::now());
      export_result result{verdict.taken, std::move(verdict.error)};
      if (!verdict.retry) return result;
      auto const next = retry.failed(std::chrono::steady_clock::now(), verdict.retry_after);
      if (!next || !wait_until_try(*next, stop)) return result;
    }
  }

  otlp_client client_;
  std::chrono::milliseconds const timeout_;
  std::string body_;
  span_data span_;
  std::optional<gzip> gzip_;
  // Of the waits between attempts, which are to differ from those of others.
  std::random_device::result_type seed_ = std::random_device{}();
};

otlp_url checked_endpoint(otlp_params const& params, otlp_environment const& environment) {
  auto const text =
      params.endpoint.value_or(environment.endpoint.value_or("http://localhost:4318/v1/traces"));
  std::string problem;
  if (auto url = parse_otlp_url(text, problem)) return std::move(*url);
  throw std::invalid_argument{"reeve: otlp_params.endpoint can't be '" + text + "': " + problem};
}

text_pairs checked_headers(otlp_params const& params, otlp_environment const& environment) {
  auto headers = params.headers.value_or(environment.headers.value_or(text_pairs{}));
  std::string problem;
  if (are_headers(headers, problem)) return headers;
  throw std::invalid_argument{"reeve: otlp_params.headers can't be sent: " + problem};
}

std::chrono::milliseconds checked_timeout(otlp_params const& params, otlp_environment const& environment) {
  auto const timeout = params.timeout.value_or(environment.timeout.value_or(10s));
  if (timeout >= 1ms && timeout <= 1h) return timeout;
  throw std::invalid_argument{"reeve: otlp_params.timeout must be 1 ms to an hour"};
}

std::optional<gzip> checked_compression(otlp_params const& params, otlp_environment const& environment) {
  auto const wanted = params.compression.value_or(environment.compression.value_or(otlp_compression::none));
  if (wanted == otlp_compression::none) return std::nullopt;
  if (gzip::is_there()) return std::optional<gzip>{std::in_place};
  throw std::invalid_argument{
      "reeve: otlp_params.compression can't be gzip: reeve::observe was built without zlib"};
}

otlp_tls_files tls_files(otlp_params const& params, otlp_environment const& environment) {
  auto const either = [](auto const& set, auto const& inherited) {
    return set.value_or(inherited.value_or(std::string{}));
  };
  return {.certificate = either(params.certificate, environment.certificate),
          .client_certificate = either(params.client_certificate, environment.client_certificate),
          .client_key = either(params.client_key, environment.client_key)};
}

}  // namespace

span_exporter::~span_exporter() = default;

std::shared_ptr<span_exporter> make_otlp_exporter(otlp_params params) {
  auto const environment = read_otlp_environment([](char const* name) { return std::getenv(name); });
  complain_once(environment.complaints);
  auto url = checked_endpoint(params, environment);
  auto tls = make_otlp_tls(url, tls_files(params, environment));
  auto headers = checked_headers(params, environment);
  auto compression = checked_compression(params, environment);
  if (compression) headers.emplace_back("Content-Encoding", "gzip");
  return std::make_shared<otlp_exporter>(std::move(url), std::move(headers), std::move(tls),
                                         checked_timeout(params, environment), std::move(compression));
}

}  // namespace reeve
