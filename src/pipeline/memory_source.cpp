// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/memory_source.hpp"

#include "pipeline/memory_queue.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace reeve {

namespace asio = boost::asio;

namespace {

using queue_ptr = std::shared_ptr<detail::memory_queue>;

memory_source_params validated(memory_source_params params) {
  using namespace std::chrono_literals;
  constexpr auto longest = 24h * 365;
  auto const require = [](bool ok, char const* message) {
    if (!ok) throw std::invalid_argument{message};
  };
  require(params.lease >= 1ms && params.lease <= longest,
          "reeve: memory_source_params.lease must be 1 ms to a year");
  require(params.capacity >= 1 && params.capacity <= 100'000'000,
          "reeve: memory_source_params.capacity must be 1 to 100,000,000");
  require(params.dedup_window >= 0s && params.dedup_window <= longest,
          "reeve: memory_source_params.dedup_window must be zero to a year");
  return params;
}

asio::awaitable<void> wait_ready(queue_ptr const& queue) {
  auto const state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error{asio::error::operation_aborted};
  }
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto const initiate = [](auto h, detail::memory_queue& q, asio::any_io_executor const& e) {
    q.wait_ready(asio::any_completion_handler<void(error_code)>{std::move(h)}, e);
  };
  co_await asio::async_initiate<asio::use_awaitable_t<> const, void(error_code)>(
      initiate, asio::use_awaitable, std::ref(*queue), executor);
}

// It has a reference of its own: where the source is destroyed while it waits it is told so.
asio::awaitable<std::vector<task_message>> fetch_from(queue_ptr queue, std::size_t most) {
  auto taken = queue->take(most);
  while (taken.empty() && most != 0) {
    co_await wait_ready(queue);
    taken = queue->take(most);
  }
  co_return taken;
}

}  // namespace

memory_source::memory_source(executor_type executor, memory_source_params params)
    : queue_{std::make_shared<detail::memory_queue>(std::move(executor), validated(std::move(params)))} {}

memory_source::~memory_source() { queue_->close(); }

memory_source::executor_type memory_source::get_executor() const { return queue_->executor(); }

bool memory_source::try_submit(task_message task) { return queue_->try_submit(task); }

memory_source_status memory_source::status() const { return queue_->status(); }

asio::awaitable<std::vector<task_message>> memory_source::fetch(std::size_t most) {
  return fetch_from(queue_, most);
}

asio::awaitable<void> memory_source::publish(std::span<task_outcome const> outcomes) {
  queue_->publish(outcomes);
  co_return;
}

asio::awaitable<void> memory_source::keep_alive(std::span<std::uint64_t const> deliveries) {
  queue_->keep_alive(deliveries);
  co_return;
}

std::chrono::steady_clock::duration memory_source::lease() const { return queue_->lease(); }

void memory_source::submit(queue_ptr const& queue, handler h, task_message task) {
  queue->submit(std::move(h), std::move(task));
}

void memory_source::wait_empty(queue_ptr const& queue, handler h) { queue->wait_empty(std::move(h)); }

}  // namespace reeve
