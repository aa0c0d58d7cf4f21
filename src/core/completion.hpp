// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <utility>

namespace reeve {

/// A completion handler that waits for its operation: keeps its executor's context alive meanwhile and is
/// called there, never from inside the call that completes it.
///
/// Neither copied nor moved after construction: moving an `any_completion_handler` about is not safe in
/// Boost 1.81 (move assignment recurses), so it lives where it was made until it is called.
template <class... Args>
class completion {
 public:
  using handler_type = boost::asio::any_completion_handler<void(Args...)>;

  completion(handler_type handler, boost::asio::any_io_executor const& fallback)
      : fallback_{boost::asio::prefer(fallback, boost::asio::execution::outstanding_work.tracked)},
        associated_{boost::asio::prefer(boost::asio::get_associated_executor(handler, fallback),
                                        boost::asio::execution::outstanding_work.tracked)},
        handler_{std::move(handler)} {}
  completion(completion const&) = delete;
  completion& operator=(completion const&) = delete;

  handler_type const& handler() const noexcept { return handler_; }

  /// Posts the handler with these arguments. Once.
  void post(Args... args) {
    boost::asio::post(fallback_, boost::asio::append(std::move(handler_), std::move(args)...));
  }

 private:
  boost::asio::any_io_executor fallback_;
  boost::asio::any_completion_executor associated_;
  handler_type handler_;
};

}  // namespace reeve
