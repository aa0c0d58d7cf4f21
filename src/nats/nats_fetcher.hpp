// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/delivery_map.hpp"
#include "nats/nats_call.hpp"
#include "nats/nats_handle.hpp"
#include "nats/nats_link.hpp"
#include "nats/nats_names.hpp"
#include "reeve/task_message.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace reeve::detail {

class nats_puller;

/// Fetches, on a thread of its own: asks for as many tasks as somebody waits for, and no sooner.
///
/// What comes after who waited was cancelled is kept for the next one, a short time, and then handed back.
/// Thread-safe.
class nats_fetcher : public std::enable_shared_from_this<nats_fetcher> {
 public:
  using clock = std::chrono::steady_clock;
  using call = nats_call<std::exception_ptr, std::vector<task_message>>;

  nats_fetcher(context_door door, std::shared_ptr<nats_link> link, std::shared_ptr<delivery_map> deliveries,
               nats_names names);

  /// `waiter` completes when there are tasks.
  void fetch(std::shared_ptr<call> waiter, std::size_t most);

  /// Aborts who waits. Does not block.
  void close();

  /// What the thread does.
  void run();

 private:
  void start();
  bool wait_for_work(bool asked);
  void work(nats_puller& puller);
  void keep(std::vector<nats_ptr<natsMsg>> messages);
  void give();
  void fail(std::string const& why);
  void end(nats_puller& puller);
  bool waits() const { return waiter_ && !waiter_->done(); }
  bool is_wanted() const { return waits() && ready_.empty(); }
  void drop(natsConnection* connection, std::deque<task_message> const& tasks);

  context_door const door_;
  std::shared_ptr<nats_link> const link_;
  std::shared_ptr<delivery_map> const deliveries_;
  nats_names const names_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<call> waiter_;
  std::size_t most_ = 0;
  std::deque<task_message> ready_;  // fetched, and given to nobody yet
  clock::time_point ready_since_{};
  bool started_ = false;
  bool closed_ = false;
};

}  // namespace reeve::detail
