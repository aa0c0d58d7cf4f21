// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/nats_source.hpp"

#include "nats/nats_queue.hpp"
#include "nats/validate_nats.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace reeve {
namespace {

namespace asio = boost::asio;
using detail::nats_queue;

/// Waits for an operation of the queue: `start` is given its handler. Any cancellation ends it.
template <class... Results, class Start>
auto wait_for(Start start) {
  return asio::async_initiate<asio::use_awaitable_t<> const, void(std::exception_ptr, Results...)>(
      [](auto handler, Start go) {
        go(asio::any_completion_handler<void(std::exception_ptr, Results...)>{std::move(handler)});
      },
      asio::use_awaitable, std::move(start));
}

}  // namespace

nats_source::nats_source(executor_type executor, nats_params params) {
  detail::validate(params);
  queue_ = std::make_shared<nats_queue>(std::move(executor), std::move(params));
}

nats_source::~nats_source() { queue_->close(); }

nats_source::executor_type nats_source::get_executor() const { return queue_->executor(); }

nats_source_status nats_source::status() const { return queue_->status(); }

asio::awaitable<std::vector<task_message>> nats_source::fetch(std::size_t most) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  auto start = [queue = queue_, most](auto h) { queue->fetch(std::move(h), most); };
  co_return co_await wait_for<std::vector<task_message>>(std::move(start));
}

asio::awaitable<void> nats_source::publish(std::span<task_outcome const> outcomes) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  auto start = [queue = queue_, outcomes](auto h) { queue->publish(std::move(h), outcomes); };
  co_await wait_for<>(std::move(start));
}

asio::awaitable<void> nats_source::keep_alive(std::span<std::uint64_t const> deliveries) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  auto start = [queue = queue_, deliveries](auto h) { queue->keep_alive(std::move(h), deliveries); };
  co_await wait_for<>(std::move(start));
}

asio::awaitable<void> nats_source::announce(node_info node) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  auto start = [queue = queue_, node = std::move(node)](auto h) { queue->announce(std::move(h), node); };
  co_await wait_for<>(std::move(start));
}

std::chrono::steady_clock::duration nats_source::lease() const { return queue_->params().lease; }

std::chrono::steady_clock::duration nats_source::announce_every() const {
  return queue_->params().node_lease / 3;
}

void nats_source::submit(std::shared_ptr<detail::nats_queue> const& queue, handler h,
                         std::vector<task_message> tasks) {
  queue->submit(std::move(h), std::move(tasks));
}

}  // namespace reeve
