// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_connect.hpp"
#include "nats/nats_handle.hpp"
#include "reeve/nats_params.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace reeve::detail {

/// The connection of a source, its threads, and who connects: a thread that is there while it has something
/// to do. Thread-safe.
class nats_link : public std::enable_shared_from_this<nats_link> {
 public:
  using clock = std::chrono::steady_clock;
  /// Makes what must be on the server. Blocks; throws a `nats_failure`.
  using setup = std::function<void(natsConnection*)>;

  /// The connection since it last came back.
  struct session {
    nats_connection connection{};
    std::uint64_t epoch = 0;
  };

  struct state {
    bool ready = false;
    std::string error{};
    std::uint64_t reconnects = 0;
  };

  nats_link(nats_connection_params params, setup set_up);
  nats_link(nats_link const&) = delete;
  nats_link& operator=(nats_link const&) = delete;
  ~nats_link();

  nats_connection_params const& params() const noexcept { return params_; }

  /// Waits until it is connected and all is set up, and sees to it that somebody works at that. Throws a
  /// `nats_failure` that says why it is not, at the deadline, or when it is closed.
  session wait_ready(clock::time_point deadline);

  /// Whether it was not lost since.
  bool is_current(session const& s) const noexcept { return epoch_ == s.epoch; }

  /// Waits that long at most until it was lost since, which may become known a little after the first error.
  /// Whether it was.
  bool wait_lost(session const& s, clock::duration limit);

  /// The server says that something is missing: it is set up again.
  void recheck();

  state look() const;

  /// Runs `part->run()` on a thread of its own, which `part->close()` has end. Throws `std::system_error`; or
  /// a `nats_failure` when it is closed.
  template <class Part>
  void run_thread(char const* name, std::shared_ptr<Part> const& part) {
    run_thread(
        name, [part] { part->run(); },
        [weak = std::weak_ptr{part}] {
          if (auto const alive = weak.lock()) alive->close();
        });
  }

  /// Asks all threads to end; the last one closes the connection. Does not block.
  void close();
  bool closing() const noexcept { return closing_; }

 private:
  static std::shared_ptr<nats_link> find(void* id);
  static void close_all();
  static void on_lost(natsConnection* connection, void* id);
  static void on_back(natsConnection* connection, void* id);
  static void on_closed(natsConnection* connection, void* id);

  bool is_ready() const noexcept { return connection_ && connected_ && is_set_up_; }
  void run_thread(char const* name, std::function<void()> body, std::function<void()> close);
  void start_making();
  void begin_thread(char const* name, std::function<void()> body);
  void end_thread();
  void make();
  void attempt(nats_connection connection);
  nats_connection connect();

  nats_connection_params const params_;
  setup const set_up_;
  std::uintptr_t const id_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  nats_connection connection_;
  bool connected_ = false;  // now, as libnats has it
  bool given_up_ = false;   // libnats does not connect again
  bool is_set_up_ = false;
  bool making_ = false;
  std::string error_;
  std::uint64_t reconnects_ = 0;
  std::size_t threads_ = 0;
  std::vector<std::function<void()>> closers_;
  std::atomic<std::uint64_t> epoch_{0};  // so often it was lost
  bool ending_ = false;                  // it is being closed
  std::atomic<bool> closing_{false};
};

}  // namespace reeve::detail
