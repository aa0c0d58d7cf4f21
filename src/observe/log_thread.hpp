// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/log_output.hpp"

#include <boost/log/core/record_view.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>

namespace reeve {

/// Writes records to an output on a thread of its own, so that who logs never waits: where too many wait a record is
/// dropped. What was lost, there or by the output, is told in a record of its own as soon as all others are written.
///
/// An output may hang for ever (a pipe that nobody reads, a daemon that was stopped). Its thread is then left to itself
/// when all this ends.
class log_thread {
 public:
  using clock = std::chrono::steady_clock;
  static constexpr std::size_t max_waiting = 10'000;

  explicit log_thread(std::unique_ptr<log_output> output);
  log_thread(log_thread const&) = delete;
  log_thread& operator=(log_thread const&) = delete;
  /// `end` must have been called.
  ~log_thread() = default;

  /// Thread-safe, as all of this.
  void push(boost::log::record_view const& record) noexcept;

  /// Waits until what was pushed so far is written. Whether it is.
  bool flush(clock::time_point deadline);

  /// Takes nothing any more, and waits until what it has is written. Once only; whether it is.
  bool end(clock::time_point deadline);

 private:
  struct state;
  static void run(std::shared_ptr<state> const& shared) noexcept;

  std::shared_ptr<state> state_;
  std::thread thread_;
};

}  // namespace reeve
