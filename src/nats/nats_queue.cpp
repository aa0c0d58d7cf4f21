// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_queue.hpp"

#include "nats/nats_jobs.hpp"
#include "nats/nats_streams.hpp"
#include "nats/nats_wire.hpp"
#include "nats/node_json.hpp"
#include "nats/publish_plan.hpp"
#include "nats/validate_nats.hpp"

#include <boost/asio/ip/host_name.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <utility>

namespace reeve::detail {
namespace {

// Random enough that no two sources of all time have the same.
std::string new_id_prefix() {
  std::random_device random;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x%08x%08x-", random(), random(), random(), random());
  return text.data();
}

bool can_be_sent(task_message const& task) {
  return is_task_name(task.name) && task.id.size() <= longest_id && is_header_value(task.id) &&
         header_text(task.id) == task.id && std::ranges::all_of(task.headers, [](task_header const& h) {
           return is_header_name(h.name) && is_header_value(h.value);
         });
}

nats_link::setup setup_of(nats_params const& params, std::shared_ptr<nats_names const> names,
                          std::shared_ptr<std::atomic<bool>> bucket) {
  return [params, names = std::move(names), bucket = std::move(bucket)](natsConnection* connection) {
    *bucket = set_up_queue(connection, params, *names);
  };
}

}  // namespace

nats_queue::nats_queue(boost::asio::any_io_executor executor, nats_params params)
    : executor_{std::move(executor)},
      params_{std::move(params)},
      names_{std::make_shared<nats_names const>(params_)},
      bucket_{std::make_shared<std::atomic<bool>>(false)},
      deliveries_{std::make_shared<delivery_map>()},
      link_{std::make_shared<nats_link>(params_.connection, setup_of(params_, names_, bucket_))},
      fetcher_{std::make_shared<nats_fetcher>(executor_.door(), link_, deliveries_, *names_)},
      publisher_{std::make_shared<nats_publisher>(executor_.door(), link_)},
      id_prefix_{new_id_prefix()} {
  boost::system::error_code ignored;
  node_ = boost::asio::ip::host_name(ignored);
}

void nats_queue::fetch(nats_fetcher::call::handler_type handler, std::size_t most) {
  fetcher_->fetch(nats_fetcher::call::make(std::move(handler), executor()), most);
}

void nats_queue::publish(waiter::handler_type handler, std::span<task_outcome const> outcomes) {
  auto const call = waiter::make(std::move(handler), executor());
  if (outcomes.empty()) return static_cast<void>(call->complete(nullptr));
  publisher_->add(std::make_shared<outcomes_job>(
      call, params_.connection.timeout, publish_plan{outcomes, *names_, params_.keep_results, node()},
      deliveries_, names_));
}

void nats_queue::keep_alive(waiter::handler_type handler, std::span<std::uint64_t const> deliveries) {
  auto const call = waiter::make(std::move(handler), executor());
  if (deliveries.empty()) return static_cast<void>(call->complete(nullptr));
  std::vector<std::uint64_t> numbers{deliveries.begin(), deliveries.end()};
  publisher_->add(
      std::make_shared<leases_job>(call, params_.connection.timeout, std::move(numbers), deliveries_));
}

void nats_queue::announce(waiter::handler_type handler, node_info const& node) {
  {
    std::lock_guard const lock{mutex_};
    node_ = node.node;
  }
  bool const goes = node.draining && node.held == 0;
  publisher_->add(std::make_shared<announce_job>(
      waiter::make(std::move(handler), executor()), params_.connection.timeout, bucket_,
      names_->node_prefix + node_key(node.node), goes ? std::string{} : to_json(node)));
}

void nats_queue::submit(submit_waiter::handler_type handler, std::vector<task_message> tasks) {
  auto const call = submit_waiter::make(std::move(handler), executor());
  if (!std::ranges::all_of(tasks, can_be_sent))
    return static_cast<void>(call->complete(error::invalid_argument));
  if (tasks.empty()) return static_cast<void>(call->complete({}));
  for (auto& task : tasks)
    if (task.id.empty()) task.id = id_prefix_ + std::to_string(++ids_);
  publisher_->add(std::make_shared<submit_job>(call, params_.connection.timeout, std::move(tasks), names_));
}

nats_source_status nats_queue::status() const {
  auto state = link_->look();
  return {.ready = state.ready,
          .error = std::move(state.error),
          .reconnects = state.reconnects,
          .delivered = deliveries_->size()};
}

std::string nats_queue::node() const {
  std::lock_guard const lock{mutex_};
  return node_;
}

}  // namespace reeve::detail
