// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/result_queue.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace reeve::detail {

namespace asio = boost::asio;

namespace {

std::exception_ptr error_of(asio::error::basic_errors code) {
  return std::make_exception_ptr(boost::system::system_error{code});
}

}  // namespace

std::exception_ptr result_queue::succeed(std::size_t index, std::string_view result) {
  try {
    put({.index = index, .result = std::string{result}});
    return nullptr;
  } catch (...) {
    return std::current_exception();  // no memory
  }
}

void result_queue::fail(std::size_t index, std::exception_ptr error) {
  put({.index = index, .error = std::move(error)});
}

void result_queue::put(raw_item item) {
  std::lock_guard const lock{mutex_};
  if (abandoned_) return;
  if (in_order_of_completion_) {
    items_.emplace_back(std::move(item));
  } else {
    auto const place = item.index - read_;
    if (place >= items_.size()) items_.resize(place + 1);
    items_[place] = std::move(item);
  }
  if (!waiter_ || !has_item()) return;
  waiter_->post(nullptr, take_item());
  waiter_.reset();
}

void result_queue::finish(std::exception_ptr error) {
  std::lock_guard const lock{mutex_};
  ended_ = true;
  error_ = std::move(error);
  if (!waiter_) return;
  waiter_->post(std::exchange(error_, nullptr), std::nullopt);
  waiter_.reset();
}

void result_queue::abandon() {
  std::lock_guard const lock{mutex_};
  abandoned_ = true;
  items_.clear();
  if (!waiter_) return;
  waiter_->post(error_of(asio::error::operation_aborted), std::nullopt);
  waiter_.reset();
}

std::size_t result_queue::read() {
  std::lock_guard const lock{mutex_};
  return read_;
}

void result_queue::async_next(raw_stream::handler handler) {
  auto const slot = asio::get_associated_cancellation_slot(handler);
  std::lock_guard const lock{mutex_};
  auto const answer = [&](std::exception_ptr error, std::optional<raw_item> item) {
    asio::post(executor_, asio::append(std::move(handler), std::move(error), std::move(item)));
  };
  if (waiter_) return answer(error_of(asio::error::in_progress), std::nullopt);
  if (has_item()) return answer(nullptr, take_item());
  if (ended_) return answer(std::exchange(error_, nullptr), std::nullopt);
  waiter_ = std::make_unique<waiter>(std::move(handler), executor_);
  ++waits_;
  if (slot.is_connected()) {
    auto s = slot;
    s.assign([weak = weak_from_this(), which = waits_](asio::cancellation_type type) {
      auto const queue = weak.lock();
      if (queue && type != asio::cancellation_type::none) queue->end_wait(which);
    });
  }
}

// A signal may be emitted when its wait is over: it must not hit a later one.
void result_queue::end_wait(std::uint64_t which) {
  std::lock_guard const lock{mutex_};
  if (!waiter_ || which != waits_) return;
  waiter_->post(error_of(asio::error::operation_aborted), std::nullopt);
  waiter_.reset();
}

raw_item result_queue::take_item() {
  auto item = *std::move(items_.front());
  items_.pop_front();
  ++read_;
  return item;
}

}  // namespace reeve::detail
