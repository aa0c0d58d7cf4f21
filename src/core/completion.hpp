// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/context_gate.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <memory>
#include <utility>

namespace reeve {

/// A completion handler that waits for its operation: keeps its executor's context alive meanwhile and is
/// called there, never from inside the call that completes it.
///
/// It is the context that owns the handler: a coroutine that waits for what it owns itself would never be
/// destroyed else. Neither copied nor moved after construction: moving an `any_completion_handler` about is not
/// safe in Boost 1.81 (move assignment recurses), so it lives where it was made until it is called.
template <class... Args>
class completion {
 public:
  using handler_type = boost::asio::any_completion_handler<void(Args...)>;

  completion(handler_type handler, boost::asio::any_io_executor const& fallback)
      : gate_{context_gate::of(fallback)} {
    auto const waiting = std::make_shared<waiting_handler>(std::move(handler), fallback);
    gate_->keep(waiting);
    waiting_ = waiting;
  }
  completion(completion const&) = delete;
  completion& operator=(completion const&) = delete;
  ~completion() {
    if (auto const waiting = waiting_.lock()) gate_->release(waiting);
  }

  /// Whether there still is somebody to be told.
  bool waits() const noexcept { return !waiting_.expired(); }

  /// Posts the handler with these arguments. Once. Does nothing where the context is gone.
  void post(Args... args) {
    auto const waiting = waiting_.lock();
    if (!waiting || !gate_->release(waiting)) return;
    boost::asio::post(waiting->fallback,
                      boost::asio::append(std::move(waiting->handler), std::move(args)...));
  }

 private:
  struct waiting_handler {
    waiting_handler(handler_type h, boost::asio::any_io_executor const& executor)
        : fallback{boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked)},
          associated{boost::asio::prefer(boost::asio::get_associated_executor(h, executor),
                                         boost::asio::execution::outstanding_work.tracked)},
          handler{std::move(h)} {}

    boost::asio::any_io_executor fallback;
    boost::asio::any_completion_executor associated;
    handler_type handler;
  };

  std::shared_ptr<context_gate> gate_;
  std::weak_ptr<waiting_handler> waiting_;
};

}  // namespace reeve
