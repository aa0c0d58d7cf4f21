// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/context_gate.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

namespace reeve {
namespace {

namespace asio = boost::asio;

class gate_service final : public asio::execution_context::service {
 public:
  using key_type = gate_service;
  static inline asio::execution_context::id id;

  explicit gate_service(asio::execution_context& context) : service{context} {}
  void shutdown() override { gate->shut(); }

  std::shared_ptr<context_gate> const gate = std::make_shared<context_gate>();
};

}  // namespace

std::shared_ptr<context_gate> context_gate::of(asio::any_io_executor const& executor) {
  auto& context = asio::query(executor, asio::execution::context);
  return asio::use_service<gate_service>(context).gate;
}

}  // namespace reeve
