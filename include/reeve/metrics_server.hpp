// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

/// @file
/// Metrics for Prometheus. Link reeve::prometheus.

namespace prometheus {
class Registry;
}

namespace reeve {

class pipeline;
class process_pool;
class supervisor;

namespace detail {
class metrics_impl;
}

/// How metrics are served.
struct metrics_params {
  /// The numeric address to listen at.
  std::string address = "127.0.0.1";
  /// The port; 0: one that is free (see `metrics_server::port`).
  std::uint16_t port = 9464;
  /// At most so many workers of each supervisor and each pool have series of their own; what there is beyond that is in
  /// the sums only: 0 to 100,000. A descriptor is kept for each, up to an eighth of those that the process may have.
  std::size_t max_workers = 1000;
  /// So many connections may be open: 1 to 10,000. Others wait.
  std::size_t max_connections = 64;
  /// How long a request may take to come, and its answer to be taken: 1 ms to an hour.
  std::chrono::steady_clock::duration timeout = std::chrono::seconds{10};
  /// Asked for /healthz beside reeve's own opinion: whether this process is well. Called on the executor.
  std::function<bool()> healthy{};
  /// The same for /readyz: whether it can do its work.
  std::function<bool()> ready{};
};

/// Serves the metrics of supervisors, pools and pipelines over HTTP, on the application's io_context:
///
/// - `/metrics`: for Prometheus (text format 0.0.4). doc/metrics.md lists them.
/// - `/healthz`: 200 while the executor answers and `healthy` says so, else 503.
/// - `/readyz`: 200 when all that is watched can do its work (workers running, pools and pipelines running, sources
///   reachable) and `ready` says so, else 503, with what is missing in words.
///
///     reeve::metrics_server metrics{io.get_executor(), {.port = 9464}};
///     metrics.watch(sup, "main");
///     metrics.watch(pool);
///     metrics.start();
///
/// What takes time (reading /proc, writing the text) happens on a thread of its own. Nothing is measured that nobody
/// asks for: a scrape reads the states as they are.
///
/// - Thread safety: every member may be called from any thread at any time, except destruction.
/// - Lifetime: what is watched may go first: its metrics go with it. The executor's context must outlive the server.
class REEVE_DECL metrics_server {
 public:
  /// One that does not listen yet. Throws std::invalid_argument, which names the field.
  explicit metrics_server(boost::asio::any_io_executor executor, metrics_params params = {});
  metrics_server(metrics_server const&) = delete;
  metrics_server& operator=(metrics_server const&) = delete;
  /// Listens no more, and closes its connections.
  ~metrics_server();

  /// Shows the workers of a supervisor, under a name that no other one has. Throws std::invalid_argument else.
  void watch(supervisor const& what, std::string name = "main");
  /// Shows a pool, under its own name, which no other one may have.
  void watch(process_pool const& what);
  /// Shows a pipeline, under its own name, which no other one may have.
  void watch(pipeline const& what);

  /// Listens. Throws boost::system::system_error where it cannot.
  void start();
  /// The port that it listens at; 0 before.
  std::uint16_t port() const noexcept;

  /// What /metrics answers. Blocks for as long as that takes: about 10 us for a worker.
  std::string text() const;
  /// For metrics of the application's own (prometheus-cpp): they are served with reeve's.
  std::shared_ptr<prometheus::Registry> const& registry() const noexcept;

 private:
  std::shared_ptr<detail::metrics_impl> impl_;
};

}  // namespace reeve
