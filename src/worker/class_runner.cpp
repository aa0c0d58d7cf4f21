// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/class_runner.hpp"

#include "worker/complain.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <stop_token>
#include <string>
#include <utility>

namespace reeve {
namespace {

namespace asio = boost::asio;

// The worker's own functions are called inside a coroutine: what they throw before their first suspension,
// or in place of being a coroutine, ends up in the same place.
asio::awaitable<void> call_start(detail::class_worker_instance& object, bool& has_ended) {
  struct at_end {
    ~at_end() { flag = true; }
    bool& flag;
  } const guard{has_ended};
  co_await object.start();
}
asio::awaitable<void> call_stop(detail::class_worker_instance& object) { co_await object.stop(); }

bool is_aborted(std::exception_ptr const& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (boost::system::system_error const& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

class_runner::class_runner(detail::worker_runtime& runtime)
    : runtime_{runtime}, fsm_{runtime.params().stop_grace} {}

worker_exit class_runner::run(detail::class_worker_factory factory) {
  runtime_.set_executor(io_.get_executor());
  try {
    object_ = factory(runtime_.self());
  } catch (...) {
    runtime_.fail("the constructor threw: " + describe(std::current_exception()));
    return worker_exit::construction_failed;
  }
  run_loop();
  io_.destroy_handlers();
  return fsm_.exit_code();
}

void class_runner::run_loop() {
  auto post_stop = [this] { asio::post(io_, [this] { on(life_event::stop_requested); }); };
  // A request that came already, during the construction, is posted at once, and so before the beginning.
  std::stop_callback const on_stop{runtime_.stop_source().get_token(), std::move(post_stop)};
  asio::post(io_, [this] { on(life_event::begin); });
  if (runtime_.params().beat_period.count() > 0) beat();
  while (!over_) {
    try {
      if (draining_) {
        drain();
      } else {
        io_.run();
      }
    } catch (...) {
      thrown_ = "a handler on the event loop threw: " + describe(std::current_exception());
      on(life_event::handler_threw);
    }
  }
}

// What keeps the loop from being out of work is the worker's alone by now.
void class_runner::drain() {
  auto const end = *fsm_.deadline();
  auto const period = runtime_.params().beat_period;
  io_.restart();
  // It beats without a timer, which would itself be something left.
  while (!io_.stopped() && life_fsm::time_point::clock::now() < end) {
    if (period.count() > 0) runtime_.self().beat();
    io_.run_until(period.count() > 0 ? std::min(end, life_fsm::time_point::clock::now() + period) : end);
  }
  on(life_event::drained);
}

void class_runner::beat() {
  runtime_.self().beat();
  beat_timer_.expires_after(runtime_.params().beat_period);
  beat_timer_.async_wait([this](error_code ec) {
    if (!ec) beat();
  });
}

void class_runner::on(life_event event) {
  auto const before = fsm_.deadline();
  auto const orders = fsm_.on(event, life_fsm::time_point::clock::now());
  if (fsm_.deadline() != before) arm_deadline();
  obey(orders);
}

void class_runner::obey(life_orders const& orders) {
  if (orders.announce_ready && !runtime_.readiness_is_manual()) runtime_.ready();
  if (orders.failure) report(*orders.failure);
  if (orders.cancel_start || orders.run_stop) runtime_.set_stage(page_layout::worker_stage::stopping);
  if (orders.run_start) run_start();
  if (orders.cancel_start) cancel_start_.emit(asio::cancellation_type::terminal);
  if (orders.run_stop) run_stop();
  if (orders.drain) {
    draining_ = true;
    work_.reset();
    beat_timer_.cancel();
    deadline_timer_.cancel();
  }
  if (orders.drain || orders.finish) io_.stop();
  if (orders.finish) over_ = true;
}

void class_runner::arm_deadline() {
  if (!fsm_.deadline()) {
    deadline_timer_.cancel();
    return;
  }
  deadline_timer_.expires_at(*fsm_.deadline());
  deadline_timer_.async_wait([this](error_code ec) {
    if (!ec) on(life_event::time_passed);
  });
}

void class_runner::run_start() {
  // Runs when `start` gives control back for the first time, if it has not ended by then.
  asio::post(io_, [this] {
    if (!start_has_ended_) on(life_event::start_suspended);
  });
  asio::co_spawn(io_, call_start(*object_, start_has_ended_),
                 asio::bind_cancellation_slot(
                     cancel_start_.slot(), [this](std::exception_ptr exception) { start_ended(exception); }));
}

void class_runner::run_stop() {
  asio::co_spawn(io_, call_stop(*object_), [this](std::exception_ptr exception) { stop_ended(exception); });
}

void class_runner::start_ended(std::exception_ptr const& exception) {
  if (!exception) return on(life_event::start_returned);
  thrown_ = "start threw: " + describe(exception);
  on(is_aborted(exception) ? life_event::start_aborted : life_event::start_threw);
}

void class_runner::stop_ended(std::exception_ptr const& exception) {
  if (!exception) return on(life_event::stop_returned);
  thrown_ = "stop threw: " + describe(exception);
  on(life_event::stop_threw);
}

void class_runner::report(worker_exit failure) {
  auto const grace = std::to_string(runtime_.params().stop_grace.count()) + " ms";
  switch (failure) {
    case worker_exit::start_ignored_cancellation:
      return runtime_.fail("start did not end within " + grace + " after it was cancelled");
    case worker_exit::stop_timed_out: return runtime_.fail("stop did not end within " + grace);
    default: return runtime_.fail(thrown_);
  }
}

}  // namespace reeve
