// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_call.hpp"
#include "nats/nats_link.hpp"
#include "nats/nats_names.hpp"
#include "reeve/node_info.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

namespace reeve::detail {

using nodes_call = nats_call<error_code, std::vector<node_info>>;

/// Lists the nodes, on a thread of its own. Thread-safe.
class nodes_reader : public std::enable_shared_from_this<nodes_reader> {
 public:
  nodes_reader(context_door door, std::shared_ptr<nats_link> link, nats_names names)
      : door_{std::move(door)}, link_{std::move(link)}, names_{std::move(names)} {}

  void add(std::shared_ptr<nodes_call> call);
  void close();

  /// What the thread does.
  void run();

 private:
  using calls = std::vector<std::shared_ptr<nodes_call>>;

  bool take(calls& waiting);
  std::vector<node_info> list();

  context_door const door_;
  std::shared_ptr<nats_link> const link_;
  nats_names const names_;

  std::mutex mutex_;
  std::condition_variable changed_;
  calls new_;
  calls known_;  // taken by the thread
  bool started_ = false;
  bool closed_ = false;
};

/// What a `cluster_view` is.
class nats_nodes {
 public:
  nats_nodes(boost::asio::any_io_executor executor, nats_params const& params);
  nats_nodes(nats_nodes const&) = delete;
  nats_nodes& operator=(nats_nodes const&) = delete;
  ~nats_nodes() { close(); }

  boost::asio::any_io_executor executor() const { return executor_.get(); }

  void list(nodes_call::handler_type handler);
  void close() { link_->close(); }

 private:
  held_executor const executor_;
  std::shared_ptr<nats_link> const link_;
  std::shared_ptr<nodes_reader> const reader_;
};

}  // namespace reeve::detail
