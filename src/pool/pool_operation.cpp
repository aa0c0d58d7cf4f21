// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/pool_operation.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>

#include <utility>

namespace reeve {

pool_operation::pool_operation(handler_type handler, diagnostics* diag,
                               boost::asio::any_io_executor const& fallback)
    : slot_{boost::asio::get_associated_cancellation_slot(handler)},
      completion_{std::move(handler), fallback},
      diag_{diag} {
  if (diag_) *diag_ = {};
}

std::shared_ptr<pool_operation> pool_operation::make(handler_type handler, diagnostics* diag,
                                                     boost::asio::any_io_executor const& fallback,
                                                     std::function<void()> on_cancel) {
  std::shared_ptr<pool_operation> made{new pool_operation{std::move(handler), diag, fallback}};
  if (made->slot_.is_connected()) {
    made->slot_.assign([weak = made->weak_from_this(),
                        on_cancel = std::move(on_cancel)](boost::asio::cancellation_type type) {
      auto const self = weak.lock();
      if (!self || self->done() || type == boost::asio::cancellation_type::none) return;
      self->complete(boost::asio::error::operation_aborted);
      if (on_cancel) on_cancel();
    });
  }
  return made;
}

void pool_operation::complete(error_code ec, diagnostics why) {
  if (done_.exchange(true)) return;
  if (diag_ && completion_.waits()) *diag_ = std::move(why);  // else it went with who waited
  completion_.post(ec);
}

}  // namespace reeve
