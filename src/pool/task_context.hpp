// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/span.hpp"
#include "reeve/task_fn.hpp"
#include "reeve/trace_context.hpp"
#include "reeve/worker.hpp"
#include "shm/worker_channel.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace reeve {

/// What stands behind `this_task`: the task that a worker runs now.
class task_context {
 public:
  /// `on_token` is called when the task first asks for its stop token: who wants none needs nobody who hears of
  /// stops.
  void begin(claimed_task const& task, worker_channel& channel, worker const& self,
             std::function<void()> on_token = {});
  void begin_element(std::uint32_t element) noexcept { element_ = element; }
  /// The next element has a stop state of its own.
  void renew_stop();
  void end() noexcept { id_ = 0; }

  /// The task's own span here, where its trace is recorded; of a batch there is none.
  void begin_span(detail::task_entry const& task);
  void end_span(std::exception_ptr const& thrown);
  /// That of a trace that is not recorded gets its ids when it is asked for.
  trace_context const& trace();

  std::uint64_t id() const noexcept { return id_; }
  std::size_t attempt() const noexcept { return attempt_; }
  std::string const& correlation_id() const noexcept { return correlation_id_; }
  void progress(double done) noexcept;

  /// For the task itself, which may keep the token.
  std::stop_token stop_token();
  bool stop_requested() const noexcept;
  /// By who hears of stops: the next two by any thread, between begin and end.
  bool was_asked() const noexcept { return stop_.stop_requested(); }
  std::stop_source stop_source() const noexcept { return stop_; }

 private:
  std::uint64_t id_ = 0;
  std::size_t attempt_ = 0;
  std::string correlation_id_;
  trace_context trace_;
  bool trace_is_set_ = false;
  bool trace_is_unrecorded_ = false;
  std::optional<span> span_;
  worker_channel* channel_ = nullptr;
  worker const* worker_ = nullptr;
  slot_ref slot_{};
  std::uint32_t element_ = 0;
  std::function<void()> on_token_;
  std::stop_source stop_;
  bool stop_is_shared_ = false;
};

/// The task of the calling thread; null outside of one.
task_context* current_task() noexcept;

/// Makes it the task of the calling thread while it lives.
class task_scope {
 public:
  explicit task_scope(task_context* context) noexcept;
  task_scope(task_scope const&) = delete;
  task_scope& operator=(task_scope const&) = delete;
  ~task_scope();

 private:
  task_context* before_;
};

}  // namespace reeve
