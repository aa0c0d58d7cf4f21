// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "pool/pool_task.hpp"
#include "reeve/exit_record.hpp"
#include "reeve/worker_id.hpp"
#include "shm/pool_channel.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <sys/types.h>

namespace reeve {

/// Something that the application is told, once no lock is held.
struct delivery {
  std::unique_ptr<detail::task_sink> sink{};
  std::shared_ptr<batch_sink> batch{};
  std::uint32_t element = 0;
  /// Not zero: `result` is that of so many elements (`channel_result::briefs`).
  std::uint32_t briefs = 0;
  /// The result, in the channel, or the error; neither: the batch has ended.
  std::optional<std::string_view> result{};
  std::exception_ptr error{};
  std::chrono::nanoseconds run_time{};
  /// A callback instead of all that.
  std::function<void()> call{};

  void carry_out();
};

/// What is to be delivered, in order.
using deliveries = std::deque<delivery>;

/// One incarnation of a worker of a pool: its channel, and the tasks that it was handed.
struct pool_incarnation : dispatch_worker {
  pool_incarnation(worker_id i, std::unique_ptr<pool_channel> c,
                   boost::asio::any_io_executor const& executor);

  /// Makes the chain that reads its results look at it.
  void ring_chain() const noexcept;

  worker_id const id;
  std::string const id_text;
  pid_t pid = 0;
  std::unique_ptr<pool_channel> const channel;
  /// Of the slots: which task is in each. Task 0, the initializer's, is in none.
  std::array<pool_task*, dispatch_fsm::most_tasks> slots{};
  std::uint64_t completed = 0;

  /// Was offered something, and is not rung yet.
  bool touched = false;
  /// It is being killed: nothing more is handed to it.
  bool condemned = false;
  /// Since when it has had tasks, has run none of them, and has ended none.
  std::optional<std::chrono::steady_clock::time_point> silent_since{};
  std::uint64_t completed_then = 0;
  /// Results that were read, and how many there were at the last look at its pace.
  std::uint64_t results = 0;
  std::uint64_t results_then = 0;

  /// How it ended, once it has.
  std::shared_ptr<exit_record const> exit{};
  /// Nobody cares for it any more.
  bool abandoned = false;
  /// All that it has left behind was judged.
  bool over = false;

  // For the chain of handlers that reads its results; only that uses them.
  boost::asio::posix::stream_descriptor news;
  std::uint64_t rings = 0;
  deliveries pending;
};

}  // namespace reeve
