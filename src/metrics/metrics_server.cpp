// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/metrics_server.hpp"

#include "metrics/metrics_impl.hpp"
#include "reeve/pipeline.hpp"
#include "reeve/process_pool.hpp"
#include "reeve/supervisor.hpp"

#include <stdexcept>
#include <utility>

namespace reeve {

metrics_server::metrics_server(boost::asio::any_io_executor executor, metrics_params params)
    : impl_{std::make_shared<detail::metrics_impl>(std::move(executor), std::move(params))} {}

metrics_server::~metrics_server() { impl_->close(); }

void metrics_server::watch(supervisor const& what, std::string name) {
  if (name.empty() || name.size() > 100)
    throw std::invalid_argument{"reeve: metrics_server: a supervisor's name must have 1 to 100 bytes"};
  impl_->watched().supervisors.add(std::move(name), what.status_reader());
}

void metrics_server::watch(process_pool const& what) {
  impl_->watched().pools.add(what.status().name, what.status_reader());
}

void metrics_server::watch(pipeline const& what) {
  impl_->watched().pipelines.add(what.status().name, what.status_reader());
}

void metrics_server::start() { impl_->start(); }

std::uint16_t metrics_server::port() const noexcept { return impl_->port(); }

std::string metrics_server::text() const { return impl_->text(); }

std::shared_ptr<prometheus::Registry> const& metrics_server::registry() const noexcept {
  return impl_->registry();
}

}  // namespace reeve
