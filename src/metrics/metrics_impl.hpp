// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "metrics/gather_thread.hpp"
#include "metrics/http_server.hpp"
#include "metrics/status_collector.hpp"
#include "reeve/metrics_server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace reeve::detail {

/// What is behind a `metrics_server`: the collector, the thread that asks it, and the server.
class metrics_impl : public std::enable_shared_from_this<metrics_impl> {
 public:
  metrics_impl(boost::asio::any_io_executor executor, metrics_params params, usage_reader usage = {});

  /// Throws `boost::system::system_error`; it may be tried again then.
  void start();
  /// Listens no more; nothing of the application's is called after it. Waits for what is being gathered.
  void close();

  std::uint16_t port() const noexcept { return port_; }
  status_collector& watched() noexcept { return watched_; }
  std::shared_ptr<prometheus::Registry> const& registry() const noexcept { return registry_; }
  std::string text() const;

 private:
  enum class question : std::size_t { text, missing };

  // A coroutine owns its arguments.
  static boost::asio::awaitable<http_reply> answer(std::shared_ptr<metrics_impl> self, endpoint what);
  boost::asio::awaitable<http_reply> answer_metrics();
  boost::asio::awaitable<http_reply> answer_readyz();
  boost::asio::awaitable<std::shared_ptr<gathered const>> gather(question what);

  boost::asio::any_io_executor const executor_;
  metrics_params const params_;
  status_collector watched_;
  std::shared_ptr<prometheus::Registry> const registry_;
  gather_thread thread_;
  std::mutex start_mutex_;
  std::shared_ptr<http_server> server_;
  std::atomic<std::uint16_t> port_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace reeve::detail
