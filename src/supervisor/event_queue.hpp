// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/completion.hpp"
#include "reeve/event_stream.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

namespace reeve::detail {

/// What stands between a supervisor and one reader of its events: bounded, and never waits for the reader.
/// Thread-safe.
class event_queue : public std::enable_shared_from_this<event_queue> {
 public:
  using handler_type = boost::asio::any_completion_handler<void(error_code, received_event)>;

  event_queue(boost::asio::any_io_executor executor, std::size_t capacity)
      : executor_{std::move(executor)}, capacity_{capacity} {}

  boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

  /// Adds an event; the oldest goes where there is no room.
  void push(worker_event const& event);

  /// Nothing comes any more.
  void close();

  /// Completes a pending wait with `operation_aborted`.
  void cancel();

  void async_next(handler_type handler);

 private:
  using waiter = completion<error_code, received_event>;
  received_event take_front();
  void end_wait(std::optional<std::uint64_t> which);

  boost::asio::any_io_executor const executor_;
  std::size_t const capacity_;
  std::mutex mutex_;
  std::deque<worker_event> events_;
  std::uint64_t lost_ = 0;
  bool closed_ = false;
  std::unique_ptr<waiter> waiter_;
  std::uint64_t waits_ = 0;  // so many so far: tells a wait from a later one
};

}  // namespace reeve::detail
