// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/cluster_view.hpp"

#include "nats/nats_nodes.hpp"
#include "nats/validate_nats.hpp"

#include <utility>

namespace reeve {

cluster_view::cluster_view(executor_type executor, nats_params params) {
  detail::validate(params);
  nodes_ = std::make_shared<detail::nats_nodes>(std::move(executor), params);
}

cluster_view::cluster_view(cluster_view&&) noexcept = default;

cluster_view& cluster_view::operator=(cluster_view&& other) noexcept {
  if (this == &other) return *this;
  if (nodes_) nodes_->close();
  nodes_ = std::move(other.nodes_);
  return *this;
}

cluster_view::~cluster_view() {
  if (nodes_) nodes_->close();
}

cluster_view::executor_type cluster_view::get_executor() const { return nodes_->executor(); }

void cluster_view::list(std::shared_ptr<detail::nats_nodes> const& nodes, handler h) {
  nodes->list(std::move(h));
}

}  // namespace reeve
