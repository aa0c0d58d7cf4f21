// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/fork_generation.hpp"
#include "observe/giving_way.hpp"
#include "observe/span_batcher.hpp"
#include "observe/trace_sampler.hpp"
#include "reeve/detail/tracer.hpp"
#include "reeve/tracing.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace reeve::detail {

/// Records spans, and exports them on a thread of its own.
class tracing_impl final : public tracer, public std::enable_shared_from_this<tracing_impl> {
 public:
  using duration = std::chrono::steady_clock::duration;

  struct settings {
    /// Null: spans go nowhere.
    std::shared_ptr<span_exporter> exporter{};
    trace_sampler sampler{reeve::sampler::always_off, 0};
    span_batcher::limits limits{};
    duration export_timeout{};
    /// How long the end may take.
    duration end_within{};
    /// Where the last flush was in vain the end need not wait again.
    bool ends_after_vain_flush = false;
    resource from{};
  };

  explicit tracing_impl(settings with);

  /// Begins to export.
  void start();
  /// Exports what there is, and ends.
  void end() noexcept;

  bool samples(trace_context const& parent, std::array<std::uint8_t, 16> const& trace_id) noexcept override;
  std::uint64_t recorded_below() const noexcept override;
  void record(span_record const& span) noexcept override;
  bool flush(duration within) noexcept override;

  tracing_status status() const;
  resource const& from() const noexcept { return settings_.from; }

 private:
  using clock = std::chrono::steady_clock;

  /// Then this has no thread, and its mutex may have been locked.
  bool is_forked() const noexcept { return fork_generation() != fork_generation_; }
  void abandon() noexcept;
  void run();
  export_result export_batch(span_batch const& batch, clock::time_point now) noexcept;
  export_result export_spans(span_batch const& batch, clock::time_point deadline, giving_way& way);

  // Not in the settings, and gone at the end: threads that saw this tracer may keep it for longer than an application's
  // exporter is to be there.
  std::shared_ptr<span_exporter> exporter_;
  bool const exports_;
  settings const settings_;
  std::uint32_t const fork_generation_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::condition_variable due_;
  std::condition_variable ended_;
  span_batcher batcher_;
  std::atomic<bool> hurries_{false};  // as the batcher says
  std::string last_error_;
  bool flushed_in_vain_ = false;
  bool ending_ = false;
  bool over_ = true;
  std::thread thread_;
  std::shared_ptr<tracing_impl> abandoned_before_;
};

}  // namespace reeve::detail
