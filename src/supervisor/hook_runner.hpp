// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/health_policy.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace reeve {

/// Runs the hooks of one incarnation of a worker: one at a time, each under a timeout.
///
/// A hook runs on a strand of the user's executor, and may do there what it likes: throw, ignore its
/// cancellation, complete late or never. All members are called on the supervisor's strand.
class hook_runner {
 public:
  using callback = std::function<void(health_result)>;

  /// No hook is called once `owner`, where it is given, has expired.
  hook_runner(boost::asio::any_io_executor supervisor, boost::asio::any_io_executor user,
              std::optional<std::weak_ptr<void const>> owner = {});
  hook_runner(hook_runner const&) = delete;
  hook_runner& operator=(hook_runner const&) = delete;

  /// As `cancel`.
  ~hook_runner();

  /// Starts the hook, and calls `done` once on the supervisor's strand, never from inside this call: with
  /// what the hook found, or a failure when it threw, took longer than `timeout`, or the one before it has
  /// not ended. A hook past its timeout is cancelled (terminal), and not waited for.
  void run(health_hook const& hook, worker_view view, std::chrono::steady_clock::duration timeout,
           callback done);

  /// Whether a hook has not ended, be its result awaited or not.
  bool busy() const noexcept;

  /// Nobody wants the results any more: no `done` of an earlier `run` is called from here on. A hook that has
  /// not ended is cancelled (terminal).
  void cancel();

 private:
  struct call;

  void refuse(callback done);
  void wait(std::chrono::steady_clock::duration timeout);
  void deliver(health_result result);

  /// Owned here alone: a hook that outlives this object finds it gone, and leaves its context, which may be
  /// gone as well, alone.
  std::shared_ptr<boost::asio::any_io_executor const> supervisor_;
  boost::asio::any_io_executor user_;
  std::optional<std::weak_ptr<void const>> owner_;
  boost::asio::steady_timer timer_;
  /// The call whose result is awaited.
  std::shared_ptr<call> current_;
  /// Alive while the most recent hook has not ended.
  std::weak_ptr<void> running_;
  /// Replaced by `cancel`, so that results that are under way find theirs gone.
  std::shared_ptr<void> wanted_;
};

}  // namespace reeve
