// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>

#include <list>
#include <memory>
#include <utility>

namespace reeve {

/// The source's coroutines that are under way. They run on the pipeline's strand, and so does everything here.
class source_calls {
 public:
  using strand = boost::asio::strand<boost::asio::any_io_executor>;
  using signal = boost::asio::cancellation_signal;

  explicit source_calls(strand const& s) : strand_{s} {}

  /// Begins one, which must not end inline. `done` is called with what it ends with; the result is good for `emit` until
  /// then.
  template <class T, class Done>
  signal& spawn(boost::asio::awaitable<T> coroutine, Done done) {
    auto const place = signals_->emplace(signals_->end());
    boost::asio::co_spawn(
        strand_, std::move(coroutine),
        boost::asio::bind_cancellation_slot(
            place->slot(), [signals = signals_, place, done = std::move(done)](auto... what) mutable {
              auto const gone = take(*signals, place);
              done(std::move(what)...);
            }));
    return *place;
  }

  void cancel_all() {
    for (auto place = signals_->begin(); place != signals_->end();) (place++)->emit(terminal);
  }

  static constexpr auto terminal = boost::asio::cancellation_type::terminal;

 private:
  using signal_list = std::list<signal>;

  // The signal outlives what was connected to it.
  static signal_list take(signal_list& from, signal_list::iterator place) {
    signal_list taken;
    taken.splice(taken.begin(), from, place);
    return taken;
  }

  strand strand_;
  std::shared_ptr<signal_list> signals_ = std::make_shared<signal_list>();
};

}  // namespace reeve
