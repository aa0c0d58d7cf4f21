// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>
#include <reeve/exit_record.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace reeve {

/// What went wrong with a task: the base of all that the pool's operations report. `what()` says it in words,
/// with the task's name and its correlation id.
class REEVE_DECL task_error : public std::runtime_error {
 public:
  /// Of its message.
  using std::runtime_error::runtime_error;
  /// Its virtual table is the library's.
  ~task_error() override;
};

/// The task's function threw. Its type and message have travelled; the object itself stayed in the worker.
class REEVE_DECL task_failed : public task_error {
 public:
  /// Of its parts.
  task_failed(std::string const& what, std::string type, std::string message);
  /// Its virtual table is the library's.
  ~task_failed() override;

  /// The type of what was thrown, as a C++ name: "std::invalid_argument"; "unknown" where it has none.
  std::string const& type() const noexcept { return type_; }
  /// Its `what()`; empty where it was no `std::exception`.
  std::string const& message() const noexcept { return message_; }

 private:
  std::string type_;
  std::string message_;
};

/// Which of its limits a task passed.
enum class task_limit {
  /// It was asked to stop: `this_task::stop_token()`; a coroutine was cancelled.
  soft,
  /// Its worker was killed.
  hard,
};

/// The task passed its hard limit, and its worker was killed; or it was asked to stop by its soft limit, and
/// ended because of it.
class REEVE_DECL task_timed_out : public task_error {
 public:
  /// Of its parts.
  task_timed_out(std::string const& what, task_limit which, std::chrono::steady_clock::duration after);
  /// Its virtual table is the library's.
  ~task_timed_out() override;

  /// Which limit ended it.
  task_limit which() const noexcept { return which_; }
  /// The limit that it passed.
  std::chrono::steady_clock::duration limit() const noexcept { return limit_; }

 private:
  task_limit which_;
  std::chrono::steady_clock::duration limit_;
};

/// The worker died while it ran the task. The task had started, and is not run again.
class REEVE_DECL worker_lost : public task_error {
 public:
  /// Of its parts.
  worker_lost(std::string const& what, exit_record exit);
  /// Its virtual table is the library's.
  ~worker_lost() override;

  /// How the worker ended.
  exit_record const& exit() const noexcept { return exit_; }

 private:
  exit_record exit_;
};

/// The task's workers died as often as it may be attempted (`call_options::max_attempts`, more than one).
class REEVE_DECL task_quarantined : public task_error {
 public:
  /// Of its parts.
  task_quarantined(std::string const& what, std::size_t attempts, exit_record exit);
  /// Its virtual table is the library's.
  ~task_quarantined() override;

  /// How often it was started.
  std::size_t attempts() const noexcept { return attempts_; }
  /// How the last of its workers ended.
  exit_record const& exit() const noexcept { return exit_; }

 private:
  std::size_t attempts_;
  exit_record exit_;
};

/// The pool does not run the task: it was not started, was closed or terminated, or has given up because its
/// workers could not be kept alive. A task that was running when the pool was terminated ends with it, too.
class REEVE_DECL pool_closed : public task_error {
 public:
  /// Of its message.
  using task_error::task_error;
  /// Its virtual table is the library's.
  ~pool_closed() override;
};

/// An argument or a result could not be encoded or decoded. It is an error of that task; the worker lives. (One that
/// the task's function throws itself is a `task_failed`.)
class REEVE_DECL codec_error : public task_error {
 public:
  /// Of its message.
  using task_error::task_error;
  /// Its virtual table is the library's.
  ~codec_error() override;
};

}  // namespace reeve
