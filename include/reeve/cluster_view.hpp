// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/error.hpp>
#include <reeve/nats_params.hpp>
#include <reeve/node_info.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <memory>
#include <vector>

namespace reeve {

namespace detail {
class nats_nodes;
}

/// The nodes that work on a queue: the pipelines that run on its `nats_source`, wherever they are.
///
///     reeve::cluster_view cluster{io.get_executor(), {.queue = "images"}};
///     for (auto const& node : co_await cluster.async_nodes()) ...
///
/// Each writes itself into a key-value bucket of JetStream, whose entries vanish when they are not renewed: a node that
/// died is in the list for `nats_params::node_lease` at most.
///
/// Thread safety: every member may be called from any thread at any time, except move and destruction.
class REEVE_DECL cluster_view {
 public:
  /// The type of its executor.
  using executor_type = boost::asio::any_io_executor;

  /// Of the queue that the parameters name. Does not connect yet. Throws `std::invalid_argument` for a parameter that
  /// is wrong.
  explicit cluster_view(executor_type executor, nats_params params = {});
  /// The other one may be destroyed or assigned to, and nothing else.
  cluster_view(cluster_view&&) noexcept;
  /// The same.
  cluster_view& operator=(cluster_view&&) noexcept;
  /// Pending operations complete with `operation_aborted`. Does not block.
  ~cluster_view();

  /// The executor that it was made with.
  executor_type get_executor() const;

  /// The nodes that are alive, by name. None where no node ever was.
  ///
  /// Completion: `void(error_code, std::vector<node_info>)`.
  /// Cancellation: terminal, partial and total.
  /// Errors: `error::source_unavailable`.
  template <boost::asio::completion_token_for<void(error_code, std::vector<node_info>)> Token =
                boost::asio::deferred_t>
  [[nodiscard]] auto async_nodes(Token&& token = Token{}) const {
    return boost::asio::async_initiate<Token, void(error_code, std::vector<node_info>)>(
        [](auto h, std::shared_ptr<detail::nats_nodes> nodes) { list(nodes, handler{std::move(h)}); }, token,
        nodes_);
  }

 private:
  using handler = boost::asio::any_completion_handler<void(error_code, std::vector<node_info>)>;
  static void list(std::shared_ptr<detail::nats_nodes> const& nodes, handler h);

  std::shared_ptr<detail::nats_nodes> nodes_;
};

}  // namespace reeve
