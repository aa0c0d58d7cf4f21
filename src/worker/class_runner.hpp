// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "worker/life_fsm.hpp"
#include "worker/runtime.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <memory>
#include <string>

namespace reeve {

/// An io_context that can destroy what waits on it before it is destroyed itself.
class event_loop : public boost::asio::io_context {
 public:
  using boost::asio::io_context::io_context;
  /// Destroys all pending handlers, suspended coroutines among them. Nothing runs on it after that.
  void destroy_handlers() { shutdown(); }
};

/// Runs a class worker on an event loop of its own, in the calling thread. `life_fsm` says what to do.
class class_runner {
 public:
  explicit class_runner(detail::worker_runtime& runtime);

  /// Returns the exit code. Call it once.
  worker_exit run(detail::class_worker_factory factory);

 private:
  void run_loop();
  void drain();
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
  bool draining_ = false;
  bool over_ = false;
  bool start_has_ended_ = false;
  // What was thrown last, in words.
  std::string thrown_;

  // Destroyed from the bottom, but for the coroutines that are still suspended on the loop: they go first, as
  // they may use the object and hold on to the cancellation signal.
  boost::asio::cancellation_signal cancel_start_;
  event_loop io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  boost::asio::steady_timer deadline_timer_{io_};
  boost::asio::steady_timer beat_timer_{io_};
  std::unique_ptr<detail::class_worker_instance> object_;
};

}  // namespace reeve
