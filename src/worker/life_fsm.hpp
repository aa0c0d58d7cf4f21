// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/worker.hpp"

#include <chrono>
#include <optional>

namespace reeve {

/// What happens in a class worker's life.
enum class life_event {
  /// The event loop runs: `start` may be entered.
  begin,
  /// `start` gave control back to the loop for the first time.
  start_suspended,
  start_returned,
  /// `start` ended with operation_aborted, as one that was cancelled does.
  start_aborted,
  /// `start` threw anything else.
  start_threw,
  /// A handler of the worker's threw out of the event loop.
  handler_threw,
  /// A signal, the supervisor, or its death.
  stop_requested,
  stop_returned,
  stop_threw,
  /// Nothing is left on the event loop.
  drained,
  /// The deadline may have come.
  time_passed,
};

/// What is to be done about it, in this order.
struct life_orders {
  bool run_start = false;
  bool announce_ready = false;
  /// A failure to tell of.
  std::optional<worker_exit> failure{};
  bool cancel_start = false;
  bool run_stop = false;
  /// Run what is left on the event loop, until `drained` or the deadline.
  bool drain = false;
  /// The life is over: `exit_code` is final.
  bool finish = false;

  friend bool operator==(life_orders const&, life_orders const&) = default;
};

/// The life of a class worker, sans I/O: `start` runs until it is done or cancelled, then `stop` runs once,
/// each within its grace.
///
///     waiting --begin--> running --stop requested--> cancelling --ended, or grace spent--> stopping
///        |                  +------------ended---------------------------------------------->|
///        +---stop requested: `start` is never entered--------------------------------------->|
///
///     stopping --ended--> draining --nothing left, or time for it spent--> over
///        +--------grace spent--------------------------------------------->|
class life_fsm {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// For what `stop` leaves on the event loop to come to its end: a moment, as some of it may never do.
  static constexpr duration time_to_drain = std::chrono::milliseconds{250};

  explicit life_fsm(duration grace) noexcept : grace_{grace} {}

  life_orders on(life_event event, time_point now);

  /// When to come back with `time_passed`.
  std::optional<time_point> deadline() const noexcept { return deadline_; }

  /// The first failure, or success.
  worker_exit exit_code() const noexcept { return exit_code_; }

 private:
  enum class state { waiting, running, cancelling, stopping, draining, over };

  life_orders on_waiting(life_event event, time_point now);
  life_orders on_running(life_event event, time_point now);
  life_orders on_cancelling(life_event event, time_point now);
  life_orders on_stopping(life_event event, time_point now);
  life_orders on_draining(life_event event);
  life_orders to_cancelling(time_point now);
  life_orders to_stopping(time_point now);
  life_orders to_draining(time_point now);
  life_orders to_over();
  life_orders failed(worker_exit code, life_orders orders);

  duration grace_;
  std::optional<time_point> deadline_;
  state state_ = state::waiting;
  worker_exit exit_code_ = worker_exit::success;
};

}  // namespace reeve
