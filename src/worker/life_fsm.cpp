// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/life_fsm.hpp"

#include <algorithm>

namespace reeve {

life_orders life_fsm::on(life_event event, time_point now) {
  // A timer's handler may have been on its way when its deadline was moved.
  if (event == life_event::time_passed && (!deadline_ || now < *deadline_)) return {};
  switch (state_) {
    case state::waiting: return on_waiting(event, now);
    case state::running: return on_running(event, now);
    case state::cancelling: return on_cancelling(event, now);
    case state::stopping: return on_stopping(event, now);
    case state::draining: return on_draining(event);
    case state::over: break;
  }
  return {};
}

life_orders life_fsm::on_waiting(life_event event, time_point now) {
  switch (event) {
    case life_event::begin: state_ = state::running; return {.run_start = true};
    case life_event::stop_requested: return to_stopping(now);
    case life_event::handler_threw: return failed(worker_exit::start_failed, to_stopping(now));
    default: return {};
  }
}

life_orders life_fsm::on_running(life_event event, time_point now) {
  switch (event) {
    case life_event::start_suspended: return {.announce_ready = true};
    case life_event::start_returned: {
      // It did its work: a supervisor that waits for it to be ready shall not think that it failed.
      auto orders = to_stopping(now);
      orders.announce_ready = true;
      return orders;
    }
    case life_event::start_aborted:  // Nobody asked for it.
    case life_event::start_threw: return failed(worker_exit::start_failed, to_stopping(now));
    case life_event::handler_threw: return failed(worker_exit::start_failed, to_cancelling(now));
    case life_event::stop_requested: return to_cancelling(now);
    default: return {};
  }
}

life_orders life_fsm::on_cancelling(life_event event, time_point now) {
  switch (event) {
    case life_event::start_returned:
    case life_event::start_aborted: return to_stopping(now);
    case life_event::start_threw: return failed(worker_exit::start_failed, to_stopping(now));
    case life_event::handler_threw: return failed(worker_exit::start_failed, {});
    case life_event::time_passed: return failed(worker_exit::start_ignored_cancellation, to_stopping(now));
    default: return {};
  }
}

// A `start` that was given up on may still end here: it is not news.
life_orders life_fsm::on_stopping(life_event event, time_point now) {
  switch (event) {
    case life_event::stop_returned: return to_draining(now);
    case life_event::stop_threw: return failed(worker_exit::stop_failed, to_draining(now));
    case life_event::handler_threw: return failed(worker_exit::stop_failed, {});
    case life_event::time_passed: return failed(worker_exit::stop_timed_out, to_over());
    default: return {};
  }
}

life_orders life_fsm::on_draining(life_event event) {
  switch (event) {
    case life_event::handler_threw: return failed(worker_exit::stop_failed, {});
    case life_event::drained:
    case life_event::time_passed: return to_over();
    default: return {};
  }
}

life_orders life_fsm::to_cancelling(time_point now) {
  state_ = state::cancelling;
  deadline_ = now + grace_;
  return {.cancel_start = true};
}

life_orders life_fsm::to_stopping(time_point now) {
  state_ = state::stopping;
  deadline_ = now + grace_;
  return {.run_stop = true};
}

life_orders life_fsm::to_draining(time_point now) {
  state_ = state::draining;
  deadline_ = std::min(*deadline_, now + time_to_drain);
  return {.drain = true};
}

life_orders life_fsm::to_over() {
  state_ = state::over;
  deadline_.reset();
  return {.finish = true};
}

life_orders life_fsm::failed(worker_exit code, life_orders orders) {
  if (exit_code_ == worker_exit::success) exit_code_ = code;
  orders.failure = code;
  return orders;
}

}  // namespace reeve
