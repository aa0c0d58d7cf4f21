// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/event_queue.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>

namespace reeve {

namespace asio = boost::asio;

namespace detail {

void event_queue::push(worker_event const& event) {
  std::lock_guard const lock{mutex_};
  if (events_.size() == capacity_) {
    events_.pop_front();
    ++lost_;
  }
  events_.push_back(event);
  if (!waiter_) return;
  waiter_->post({}, take_front());
  waiter_.reset();
}

void event_queue::close() {
  std::lock_guard const lock{mutex_};
  closed_ = true;
  if (!waiter_) return;
  waiter_->post(error::end_of_stream, {});
  waiter_.reset();
}

void event_queue::cancel() { end_wait(std::nullopt); }

// A signal may be emitted when its wait is over: it must not hit a later one.
void event_queue::end_wait(std::optional<std::uint64_t> which) {
  std::lock_guard const lock{mutex_};
  if (!waiter_ || (which && *which != waits_)) return;
  waiter_->post(asio::error::operation_aborted, {});
  waiter_.reset();
}

void event_queue::async_next(handler_type handler) {
  auto const slot = asio::get_associated_cancellation_slot(handler);
  auto wait = std::make_unique<waiter>(std::move(handler), executor_);
  std::lock_guard const lock{mutex_};
  if (waiter_) return wait->post(asio::error::in_progress, {});
  if (!events_.empty()) return wait->post({}, take_front());
  if (closed_) return wait->post(error::end_of_stream, {});
  waiter_ = std::move(wait);
  ++waits_;
  if (slot.is_connected()) {
    auto s = slot;
    s.assign([weak = weak_from_this(), which = waits_](asio::cancellation_type) {
      if (auto const queue = weak.lock()) queue->end_wait(which);
    });
  }
}

received_event event_queue::take_front() {
  received_event item{.event = std::move(events_.front()), .lost = std::exchange(lost_, 0)};
  events_.pop_front();
  return item;
}

}  // namespace detail

event_stream& event_stream::operator=(event_stream&& other) noexcept {
  if (queue_ && queue_ != other.queue_) queue_->cancel();
  queue_ = std::move(other.queue_);
  snapshot_ = std::move(other.snapshot_);
  return *this;
}

event_stream::~event_stream() {
  if (queue_) queue_->cancel();
}

event_stream::executor_type event_stream::get_executor() const { return queue_->executor(); }

void event_stream::initiate_next(std::shared_ptr<detail::event_queue> queue, next_handler handler) {
  queue->async_next(std::move(handler));
}

}  // namespace reeve
