// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pool/element_clock.hpp"
#include "pool/task_context.hpp"
#include "reeve/task_fn.hpp"
#include "reeve/worker.hpp"
#include "shm/worker_channel.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace reeve {

/// What a worker of a pool does: it claims tasks and runs them on the main thread, coroutines on an event loop
/// there. A thread beside it hears of tasks that are to stop.
class task_loop {
 public:
  task_loop(worker& self, worker_channel& channel, std::vector<detail::task_entry const*> functions);
  task_loop(task_loop const&) = delete;
  task_loop& operator=(task_loop const&) = delete;
  ~task_loop();

  /// Runs the initializer, says that the worker is ready, and runs tasks until it is told to stop. Throws what the
  /// initializer throws.
  void run();

 private:
  using clock = std::chrono::steady_clock;

  /// A task that is being run.
  struct running : std::enable_shared_from_this<running> {
    claimed_task task;
    std::shared_ptr<task_context> context = std::make_shared<task_context>();
    std::uint32_t element = 0;
    std::string_view rest{};
    std::string result{};
    clock::time_point began{};
    bool listed = false;
    boost::asio::cancellation_signal cancel{};
  };
  using running_ptr = std::shared_ptr<running>;
  using task_function = decltype(detail::task_entry::run);

  void run_initializer();
  bool claim_one();
  void run_function(running& now);
  void run_element(running& now, task_function const& function);
  void start_coroutine(running_ptr now);
  void next_element_of_coroutine(running& now);
  void coroutine_ended(running& now, std::exception_ptr const& thrown);
  void let_go(running& now);
  std::string_view next_frame(running& now) const;
  void begin_element(running& now, clock::time_point began);
  void send(running& now, result_status status, std::string_view payload, clock::duration run_time);
  void send_error(running& now, std::exception_ptr const& thrown);
  void skip_the_rest(running& now);
  bool is_last(running const& now) const noexcept;
  bool is_coroutine(running const& now) const;
  void sleep();
  void sleep_on_the_loop();

  void hear_of_stops(std::stop_token const& end);
  void look_for_stops();
  bool is_to_stop(running const& now) const noexcept;
  void enlist(running& now);
  void delist(running& now);

  worker& self_;
  std::stop_token const stop_;
  worker_channel& channel_;
  std::vector<detail::task_entry const*> const functions_;
  std::size_t const concurrency_;
  clock::duration const spin_;

  boost::asio::io_context io_{1};
  // Once there was a coroutine, the event loop is what the worker sleeps on.
  bool has_loop_ = false;
  boost::asio::posix::stream_descriptor work_{io_};
  running_ptr spare_;
  element_clock times_;
  std::vector<running_ptr> coroutines_;
  // Nothing is written any more: the pool is not there to make room.
  bool given_up_ = false;
  // How often the channel has waited by then.
  std::uint64_t waits_ = 0;

  // Of the tasks that run, for the thread that hears of stops.
  std::mutex stops_mutex_;
  std::vector<running*> stoppable_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::jthread attention_;
};

}  // namespace reeve
