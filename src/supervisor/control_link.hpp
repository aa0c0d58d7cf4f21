// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "shm/control_message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>

namespace reeve {

/// The supervisor's end of a worker's control socket. Not thread-safe: all on the executor given (a strand).
class control_link {
 public:
  using on_message = std::function<void(control_message const&)>;
  using on_nonsense = std::function<void()>;

  control_link(boost::asio::any_io_executor executor, unique_fd socket);

  /// Calls `message` for each message from now on, and `nonsense` once for one that is none. Neither is
  /// called from inside, nor after this object is gone; both may destroy it.
  void start(on_message message, on_nonsense nonsense);

  /// Reads what is there now, without waiting: what a worker said before it died.
  void drain();

  error_code ask_to_stop();

 private:
  struct state {
    state(boost::asio::any_io_executor const& executor, int fd) : socket{executor, fd} {}
    boost::asio::posix::stream_descriptor socket;
    on_message message;
    on_nonsense nonsense;
  };
  static void wait(std::shared_ptr<state> const& s);
  static bool read(std::shared_ptr<state> const& s);

  std::shared_ptr<state> state_;
};

}  // namespace reeve
