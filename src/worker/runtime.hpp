// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/worker.hpp"
#include "shm/control_message.hpp"
#include "shm/worker_page.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::detail {

/// What a worker runs with. Stand-alone it has neither page nor control socket.
struct runtime_params {
  worker_id id{};
  std::vector<std::string> args{};
  std::optional<worker_side_page> page{};
  unique_fd control{};
  /// Of the automatic beat of a class worker; zero: none.
  std::chrono::milliseconds beat_period{0};
  /// For `start` to end once it was cancelled, and for `stop` to clean up.
  std::chrono::milliseconds stop_grace{5000};
  trace_context trace{};
};

/// What stands behind `worker`: its page, its line to the supervisor, its request to stop. Thread-safe where
/// `worker` is.
class worker_runtime {
 public:
  explicit worker_runtime(runtime_params params);

  worker& self() noexcept { return self_; }
  runtime_params const& params() const noexcept { return params_; }
  bool supervised() const noexcept { return static_cast<bool>(params_.control); }

  /// Whether somebody sees the beats.
  bool has_listener() const noexcept { return page_is_shared_; }

  void set_stage(page_layout::worker_stage stage) noexcept { page_.set_stage(stage); }
  std::atomic<std::uint64_t>& slot(std::string_view name, page_layout::slot_kind kind);

  void ready();
  void manual_readiness() noexcept { readiness_is_manual_ = true; }
  bool readiness_is_manual() const noexcept { return readiness_is_manual_; }

  std::stop_source const& stop_source() const noexcept { return stop_; }

  boost::asio::any_io_executor const& executor() const noexcept { return executor_; }
  void set_executor(boost::asio::any_io_executor executor) { executor_ = std::move(executor); }

  /// Sends a message to the supervisor, if there is one.
  error_code tell(control_message const& message);

  /// Says on stderr why the worker fails, and tells the supervisor of the first reason.
  void fail(std::string_view reason);

 private:
  runtime_params params_;
  bool page_is_shared_;
  worker_side_page page_;
  worker self_;
  std::stop_source stop_;
  boost::asio::any_io_executor executor_;
  std::atomic<bool> ready_{false};
  std::atomic<bool> readiness_is_manual_{false};
  std::atomic<bool> failed_{false};
};

}  // namespace reeve::detail
