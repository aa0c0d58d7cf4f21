// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <optional>
#include <stop_token>
#include <thread>

namespace reeve {

/// The thread beside a worker's own: it hears SIGTERM and SIGINT, the supervisor's request and the
/// supervisor's death, and turns the first of them into the one request to stop. It runs no code of the
/// worker's, so that nothing the worker does makes it deaf.
///
/// Nothing here throws once it is constructed.
class service_thread {
 public:
  /// How long a worker has to end orderly after its supervisor's death.
  static constexpr std::chrono::milliseconds time_after_death{1000};

  struct params {
    /// The control socket, which stays the caller's; -1 stand-alone.
    int control = -1;
    /// The supervisor's death is no reason to stop.
    bool live_on = false;
    /// After the first signal the next one has its default effect.
    bool second_signal_kills = false;
  };

  service_thread(std::stop_source stop, params p);
  ~service_thread();

  /// Ends the thread. Signals are still caught, and have no effect any more, until this is destroyed.
  void join();

  /// Whether the supervisor died and its worker is to die with it.
  bool supervisor_died() const noexcept { return supervisor_died_; }

 private:
  void await_signal();
  void await_message();
  void read_messages();
  void on_supervisor_gone();
  void request_stop();

  params params_;
  std::stop_source stop_;
  bool stop_was_requested_ = false;
  std::atomic<bool> supervisor_died_{false};
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_{io_};
  boost::asio::posix::stream_descriptor control_{io_};
  std::thread thread_;
};

}  // namespace reeve
