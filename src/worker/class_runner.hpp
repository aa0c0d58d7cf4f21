// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <memory>
#include <string>
#include <worker/life_fsm.hpp>
#include <worker/runtime.hpp>

namespace reeve {

/// Runs a class worker on an event loop of its own, in the calling thread. `life_fsm` says what to do.
class class_runner {
 public:
  explicit class_runner(detail::worker_runtime& runtime);

  /// Returns the exit code. Call it once.
  worker_exit run(detail::class_worker_factory factory);

 private:
  void run_loop();
  void beat();
  void on(life_event event);
  void obey(life_orders const& orders);
  void arm_deadline();
  void run_start();
  void run_stop();
  void start_ended(std::exception_ptr const& exception);
  void stop_ended(std::exception_ptr const& exception);
  void report(worker_exit failure);

  detail::worker_runtime& runtime_;
  life_fsm fsm_;
  bool over_ = false;
  bool start_has_ended_ = false;
  // What was thrown last, in words.
  std::string thrown_;

  // Destroyed from the bottom: the loop destroys the coroutines that are still suspended on it, and they may
  // hold on to the cancellation signal.
  boost::asio::cancellation_signal cancel_start_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  boost::asio::steady_timer deadline_timer_{io_};
  boost::asio::steady_timer beat_timer_{io_};
  // Each of the coroutines shares it, for the same reason.
  std::shared_ptr<detail::class_worker_instance> object_;
};

}  // namespace reeve
