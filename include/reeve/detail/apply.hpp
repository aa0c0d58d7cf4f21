// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/await_exception.hpp>
#include <reeve/detail/pool_ops.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>

#include <type_traits>
#include <utility>

namespace reeve::detail {

template <class R>
struct apply_signature {
  using type = void(std::exception_ptr, R);
};
template <>
struct apply_signature<void> {
  using type = void(std::exception_ptr);
};

/// The handler of an operation, and all that it needs to be called: work for its executor meanwhile, and its
/// cancellation slot.
template <class Handler>
class waiting_handler {
  using associated = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;
  using tracked = std::decay_t<decltype(boost::asio::prefer(
      std::declval<associated>(), boost::asio::execution::outstanding_work.tracked))>;

 public:
  waiting_handler(Handler&& handler, boost::asio::any_io_executor const& fallback)
      : executor_{boost::asio::prefer(boost::asio::get_associated_executor(handler, fallback),
                                      boost::asio::execution::outstanding_work.tracked)},
        handler_{std::move(handler)} {}

  auto slot() const noexcept { return boost::asio::get_associated_cancellation_slot(handler_); }

  /// Calls it on its executor, at once where this is allowed. Not to be called from the initiating function.
  template <class... Args>
  void call(Args... args) {
    boost::asio::dispatch(executor_, [handler = std::move(handler_), ... args = std::move(args)]() mutable {
      if (auto s = boost::asio::get_associated_cancellation_slot(handler); s.is_connected()) s.clear();
      std::move(handler)(std::move(args)...);
    });
  }

 private:
  tracked executor_;
  Handler handler_;
};

/// Decodes the result of one call for its handler.
template <class R, class Handler>
class apply_sink final : public task_sink {
 public:
  apply_sink(Handler&& handler, boost::asio::any_io_executor const& fallback)
      : waiting_{std::move(handler), fallback} {}

  auto slot() const noexcept { return waiting_.slot(); }

  void succeed(std::string_view result) override {
    std::exception_ptr error;
    if constexpr (std::is_void_v<R>) {
      if (!result.empty()) error = std::make_exception_ptr(codec_error{"the result is not empty"});
      take().call(std::move(error));
    } else {
      R value{};
      try {
        value = std::get<0>(decode_all(std::type_identity<std::tuple<R>>{}, result));
      } catch (...) {
        error = std::current_exception();
      }
      take().call(std::move(error), std::move(value));
    }
  }

  void fail(std::exception_ptr error) override {
    if constexpr (std::is_void_v<R>) {
      take().call(std::move(error));
    } else {
      take().call(std::move(error), R{});
    }
  }

 private:
  // The memory goes before the handler is called.
  waiting_handler<Handler> take() {
    auto taken = std::move(waiting_);
    delete this;
    return taken;
  }

  waiting_handler<Handler> waiting_;
};

template <class R, class Handler>
void start_apply(Handler handler, std::shared_ptr<pool_impl> const& pool, task_call<R> call) {
  auto sink = std::make_unique<apply_sink<R, Handler>>(std::move(handler), pool_executor(*pool));
  auto const id = new_task_id(*pool);
  auto slot = sink->slot();
  bool const cancellable = slot.is_connected();
  if (cancellable) {
    slot.assign([id, weak = std::weak_ptr{pool}](boost::asio::cancellation_type type) {
      if (type != boost::asio::cancellation_type::none) cancel_task(weak, id);
    });
  }
  submit_task(pool, id, std::move(call_access::data(call)), cancellable, std::move(sink));
}

}  // namespace reeve::detail
