// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/completion.hpp"
#include "core/context_gate.hpp"
#include "nats/nats_error.hpp"
#include "reeve/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace reeve::detail {

/// The way back into an application's context from a thread of ours: what goes through is dropped where the
/// context, or who made the door, is gone.
class context_door {
 public:
  context_door(std::shared_ptr<context_gate> gate, std::weak_ptr<boost::asio::any_io_executor const> executor)
      : gate_{std::move(gate)}, executor_{std::move(executor)} {}

  /// Has `f` called on the executor.
  template <class F>
  void post(F f) const {
    gate_->enter([&] {
      if (auto const executor = executor_.lock()) boost::asio::post(*executor, std::move(f));
    });
  }

 private:
  std::shared_ptr<context_gate> gate_;
  std::weak_ptr<boost::asio::any_io_executor const> executor_;
};

/// An application's executor. It ends with its context, if that goes before its holder: an executor must not
/// outlive what it belongs to.
class held_executor {
 public:
  explicit held_executor(boost::asio::any_io_executor executor) : gate_{context_gate::of(executor)} {
    auto const held = std::make_shared<boost::asio::any_io_executor>(std::move(executor));
    gate_->keep(held);
    executor_ = held;
  }
  held_executor(held_executor const&) = delete;
  held_executor& operator=(held_executor const&) = delete;
  ~held_executor() {
    if (auto const held = std::const_pointer_cast<boost::asio::any_io_executor>(executor_.lock()))
      gate_->release(held);
  }

  /// Where the context still exists.
  boost::asio::any_io_executor get() const {
    auto const held = executor_.lock();
    return held ? *held : boost::asio::any_io_executor{};
  }
  context_door door() const { return {gate_, executor_}; }

 private:
  std::shared_ptr<context_gate> gate_;
  std::weak_ptr<boost::asio::any_io_executor const> executor_;
};

/// An operation that waits for a thread of ours, whatever its results.
class pending_call : public std::enable_shared_from_this<pending_call> {
 public:
  virtual ~pending_call() = default;

  /// Whether it has ended: nobody waits any more.
  virtual bool done() const noexcept = 0;
  /// Ends it; without an error where `why` is empty. From a thread of ours.
  void end_from(context_door const& door, std::string const& why) {
    if (done()) return;
    door.post([self = shared_from_this(), why] { self->end(why); });
  }
  /// Ends it with `operation_aborted`.
  virtual void abort() = 0;

 protected:
  virtual void end(std::string const& why) = 0;
};

inline boost::system::error_code code_of(std::string const& why, boost::system::error_code*) {
  return why.empty() ? boost::system::error_code{} : error::source_unavailable;
}
inline std::exception_ptr code_of(std::string const& why, std::exception_ptr*) {
  return why.empty() ? nullptr : unavailable(why);
}
inline boost::system::error_code aborted(boost::system::error_code*) {
  return boost::asio::error::operation_aborted;
}
inline std::exception_ptr aborted(std::exception_ptr*) {
  return std::make_exception_ptr(boost::system::system_error{boost::asio::error::operation_aborted});
}

/// A pending operation: completes once, by a post. Its slot cancels it.
template <class Error, class... Results>
class nats_call final : public pending_call {
 public:
  using handler_type = boost::asio::any_completion_handler<void(Error, Results...)>;

  static std::shared_ptr<nats_call> make(handler_type handler, boost::asio::any_io_executor const& fallback) {
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    std::shared_ptr<nats_call> made{new nats_call{std::move(handler), fallback}};
    if (slot.is_connected()) {
      slot.assign([weak = made->weak_from_this()](boost::asio::cancellation_type type) {
        auto const self = weak.lock();
        if (self && type != boost::asio::cancellation_type::none) self->abort();
      });
    }
    return made;
  }

  bool done() const noexcept override { return done_; }

  /// Whether it was the first to complete it; else the results stay where they are.
  bool complete(Error error, Results&&... results) {
    if (done_.exchange(true)) return false;
    completion_.post(std::move(error), std::move(results)...);
    return true;
  }

  void abort() override { complete(aborted(static_cast<Error*>(nullptr)), Results{}...); }

 private:
  nats_call(handler_type handler, boost::asio::any_io_executor const& fallback)
      : completion_{std::move(handler), fallback} {}

  void end(std::string const& why) override {
    complete(code_of(why, static_cast<Error*>(nullptr)), Results{}...);
  }

  completion<Error, Results...> completion_;
  std::atomic<bool> done_{false};
};

}  // namespace reeve::detail
