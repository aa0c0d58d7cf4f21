// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "process/launch.hpp"
#include "reeve/error.hpp"
#include "reeve/exit_status.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sys/types.h>

namespace reeve {

/// What the kernel told about an exit.
struct child_exit {
  exit_status status;
  std::chrono::microseconds user_time{};
  std::chrono::microseconds system_time{};
  /// Peak memory in bytes where the kernel's figure is the child's own, not one inherited at the spawn.
  std::optional<std::uint64_t> peak_memory;
};

/// Whom a signal is for.
enum class signal_target { leader, group };

/// One child process: owns its pidfd and is its only reaper.
///
/// Not thread-safe: all calls, and the completion of `async_wait`, happen on the executor given (a strand).
class child {
 public:
  /// Takes over a process just started. Where the executor's reactor can't watch it, it is killed and
  /// `boost::system::system_error` is thrown.
  child(boost::asio::any_io_executor const& executor, launched_process process);
  child(child const&) = delete;
  child& operator=(child const&) = delete;

  /// Kills what still runs and leaves the reaping to the launch thread, unless `release` was called.
  ~child();

  pid_t pid() const noexcept { return pid_; }

  /// Calls `handler` once, when the process has ended: its group has been swept by then, and its status
  /// collected. Not called when the child object is destroyed before. The handler may destroy it. Call it
  /// once.
  void async_wait(std::function<void(child_exit const&)> handler);

  /// Sends a signal through the pidfd, or to the group by its number, which the unreaped leader holds.
  /// Success, too, when the process has ended already.
  error_code signal(int number, signal_target target);

  /// What the launch thread calls when it has reaped a process that was left to it.
  void when_left(std::function<void()> then) { then_ = std::move(then); }

  /// Lets the process live on when this object is destroyed; it is still reaped when it ends, but its group
  /// is left alone.
  void release() noexcept { released_ = true; }

 private:
  void wait_readable();
  std::optional<child_exit> collect();
  void leave() noexcept;

  boost::asio::posix::stream_descriptor pidfd_;
  pid_t const pid_;
  std::uint64_t const parent_peak_at_spawn_;
  std::function<void(child_exit const&)> handler_;
  std::function<void()> then_;
  /// Held weakly by the pending wait, whose completion may come after this object's end.
  std::shared_ptr<void> alive_ = std::make_shared<char>();
  bool ended_ = false;
  bool released_ = false;
};

}  // namespace reeve
