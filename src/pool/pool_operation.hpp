// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/completion.hpp"
#include "reeve/diagnostics.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <functional>
#include <memory>

namespace reeve {

/// A pending operation of a pool: completes once, by a post, from any thread.
class pool_operation : public std::enable_shared_from_this<pool_operation> {
 public:
  using handler_type = boost::asio::any_completion_handler<void(error_code)>;

  /// `on_cancel` is called after it was completed by its cancellation slot.
  static std::shared_ptr<pool_operation> make(handler_type handler, diagnostics* diag,
                                              boost::asio::any_io_executor const& fallback,
                                              std::function<void()> on_cancel = {});

  void complete(error_code ec, diagnostics why = {});
  bool done() const noexcept { return done_; }

 private:
  pool_operation(handler_type handler, diagnostics* diag, boost::asio::any_io_executor const& fallback);

  handler_type::cancellation_slot_type slot_;
  completion<error_code> completion_;
  diagnostics* diag_;
  std::atomic<bool> done_{false};
};

}  // namespace reeve
