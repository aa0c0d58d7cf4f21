// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/delivery_map.hpp"
#include "nats/nats_call.hpp"
#include "nats/nats_fetcher.hpp"
#include "nats/nats_link.hpp"
#include "nats/nats_names.hpp"
#include "nats/nats_publisher.hpp"
#include "reeve/nats_source.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace reeve::detail {

/// What a `nats_source` is: joins the threads' parts with the application's executor, which those never hold.
class nats_queue {
 public:
  using waiter = nats_call<std::exception_ptr>;
  using submit_waiter = nats_call<error_code>;

  nats_queue(boost::asio::any_io_executor executor, nats_params params);
  nats_queue(nats_queue const&) = delete;
  nats_queue& operator=(nats_queue const&) = delete;
  ~nats_queue() { close(); }

  boost::asio::any_io_executor executor() const { return executor_.get(); }
  nats_params const& params() const noexcept { return params_; }

  void fetch(nats_fetcher::call::handler_type handler, std::size_t most);
  void publish(waiter::handler_type handler, std::span<task_outcome const> outcomes);
  void keep_alive(waiter::handler_type handler, std::span<std::uint64_t const> deliveries);
  void announce(waiter::handler_type handler, node_info const& node);
  void submit(submit_waiter::handler_type handler, std::vector<task_message> tasks);

  nats_source_status status() const;

  /// Aborts what is pending, and lets the threads end. Does not block.
  void close() { link_->close(); }

 private:
  std::string node() const;

  held_executor const executor_;
  nats_params const params_;
  std::shared_ptr<nats_names const> const names_;
  std::shared_ptr<std::atomic<bool>> const bucket_;  // whether the nodes' bucket is there
  std::shared_ptr<delivery_map> const deliveries_;
  std::shared_ptr<nats_link> const link_;
  std::shared_ptr<nats_fetcher> const fetcher_;
  std::shared_ptr<nats_publisher> const publisher_;

  std::string const id_prefix_;  // of tasks that come without an id
  std::atomic<std::uint64_t> ids_{0};

  mutable std::mutex mutex_;
  std::string node_;  // as it was last announced
};

}  // namespace reeve::detail
