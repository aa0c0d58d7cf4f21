// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/worker_event.hpp>
#include <reeve/worker_status.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace reeve {

namespace detail {
class event_queue;
}

/// An event as a stream delivers it.
struct received_event {
  /// What happened.
  worker_event event;
  /// So many older events were lost before this one, because the reader was slow.
  std::uint64_t lost = 0;
};

/// The events of a supervisor as an asynchronous stream, from a known point on: what is in `snapshot` has
/// happened before the first event, and everything after it is an event.
///
///     auto events = sup.subscribe();
///     for (;;) {
///       auto [event, lost] = co_await events.async_next();
///       ...
///     }
///
/// A reader that does not keep up loses the oldest events and is told how many; it blocks nobody. Thread
/// safety: distinct streams are independent; one stream is for one reader at a time.
class REEVE_DECL event_stream {
 public:
  /// The type of the supervisor's executor.
  using executor_type = boost::asio::any_io_executor;

  /// The other stream may be destroyed or assigned to, and nothing else; a pending `async_next` goes on.
  event_stream(event_stream&&) noexcept = default;
  /// A pending `async_next` of this stream completes with `operation_aborted`; one of the other goes on.
  event_stream& operator=(event_stream&&) noexcept;
  /// A pending `async_next` completes with `operation_aborted`.
  ~event_stream();

  /// The supervisor's executor: where a handler without one of its own is called.
  executor_type get_executor() const;

  /// All workers as they were when the stream began.
  std::vector<worker_status> const& snapshot() const noexcept { return snapshot_; }

  /// Waits for the next event.
  ///
  /// Completion: `void(error_code, received_event)`.
  /// Cancellation: terminal, partial and total; no event is lost by it.
  /// Errors: `error::end_of_stream` once the supervisor was destroyed and what was queued has been read;
  /// `boost::asio::error::in_progress` while another `async_next` of this stream is pending.
  template <
      boost::asio::completion_token_for<void(error_code, received_event)> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_next(Token&& token = Token{}) {
    return boost::asio::async_initiate<Token, void(error_code, received_event)>(
        [](auto handler, std::shared_ptr<detail::event_queue> queue) {
          initiate_next(std::move(queue), std::move(handler));
        },
        token, queue_);
  }

 private:
  friend class supervisor;
  using next_handler = boost::asio::any_completion_handler<void(error_code, received_event)>;

  event_stream(std::shared_ptr<detail::event_queue> queue, std::vector<worker_status> snapshot) noexcept
      : queue_{std::move(queue)}, snapshot_{std::move(snapshot)} {}
  static void initiate_next(std::shared_ptr<detail::event_queue> queue, next_handler handler);

  std::shared_ptr<detail::event_queue> queue_;
  std::vector<worker_status> snapshot_;
};

}  // namespace reeve
