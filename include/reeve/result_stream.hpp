// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/await_exception.hpp>
#include <reeve/detail/map.hpp>
#include <reeve/map_options.hpp>
#include <reeve/outcome.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace reeve {

class process_pool;

/// What became of one element of a stream.
template <class R>
struct stream_item {
  /// Which element: from 0.
  std::size_t index = 0;
  /// Its result, or its error.
  outcome<R> result{};
};

/// The results of a function on the elements of a range, as an asynchronous stream.
///
///     auto results = pool.stream(square, numbers, {.order = reeve::order::completion});
///     while (auto item = co_await results.async_next()) use(item->index, item->result.value());
///
/// Elements are begun as far ahead of the reader as `stream_options` says; the range may be without end. A stream
/// that is destroyed cancels what still runs. It does not hold up the closing of its pool: what it has begun is
/// run to its end, the rest is not, and it ends with `pool_closed`.
///
/// Thread safety: distinct streams are independent; one stream is for one reader at a time. The range is read on
/// the pool's executor, by one thread at a time.
template <class R>
class result_stream {
  using signature = void(std::exception_ptr, std::optional<stream_item<R>>);

 public:
  /// The type of the pool's executor.
  using executor_type = boost::asio::any_io_executor;

  /// The other stream may be destroyed or assigned to, and nothing else; a pending `async_next` goes on.
  result_stream(result_stream&&) noexcept = default;
  /// Ends this stream, as its destruction does; a pending `async_next` of the other goes on.
  result_stream& operator=(result_stream&&) noexcept = default;
  /// Cancels what still runs. A pending `async_next` completes with `operation_aborted`.
  ~result_stream() = default;

  /// The pool's executor: where a handler without one of its own is called.
  executor_type get_executor() const { return stream_->executor(); }

  /// Waits for the next result. At the end, and from then on, there is none.
  ///
  /// Completion: `void(std::exception_ptr, std::optional<stream_item<R>>)`.
  /// Cancellation: terminal, partial and total; no result is lost by it.
  /// Errors: none of the elements', which are in their items. What the range throws, or `pool_closed` where the
  /// pool takes no more elements: once, after all that had begun. `operation_aborted` and `in_progress` (while
  /// another `async_next` of this stream is pending) as `boost::system::system_error`.
  template <boost::asio::completion_token_for<signature> Token = boost::asio::deferred_t>
  [[nodiscard]] auto async_next(Token&& token = Token{}) {
    return boost::asio::async_initiate<Token, signature>(
        [](auto handler, detail::raw_stream* stream) {
          stream->next(detail::item_handler<R, stream_item<R>, decltype(handler)>{std::move(handler)});
        },
        token, stream_.get());
  }

 private:
  friend class process_pool;
  explicit result_stream(std::unique_ptr<detail::raw_stream> stream) noexcept : stream_{std::move(stream)} {}

  std::unique_ptr<detail::raw_stream> stream_;
};

}  // namespace reeve
