// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/tracing_impl.hpp"

#include "observe/batch_exporter.hpp"
#include "observe/quiet_thread.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace reeve::detail {
namespace {

// A deadline that any duration can be asked for.
std::chrono::steady_clock::time_point tracing_deadline(std::chrono::steady_clock::duration within) {
  return std::chrono::steady_clock::now() +
         std::min<std::chrono::steady_clock::duration>(within, std::chrono::years{1});
}

/// Never destroyed.
union lasting_tracing {
  constexpr lasting_tracing() noexcept : last{} {}
  ~lasting_tracing() {}
  std::shared_ptr<tracing_impl> last;
};
constinit lasting_tracing abandoned;

}  // namespace

tracing_impl::tracing_impl(settings with)
    : exporter_{std::move(with.exporter)},
      exports_{exporter_ != nullptr},
      settings_{std::move(with)},
      fork_generation_{fork_generation()},
      batcher_{settings_.limits} {}

void tracing_impl::start() {
  if (!exports_) return;
  over_ = false;
  thread_ = start_quiet_thread("reeve-tracing", [this] { run(); });
}

bool tracing_impl::samples(trace_context const& parent,
                           std::array<std::uint8_t, 16> const& trace_id) noexcept {
  return settings_.sampler.samples(parent, trace_id);
}

std::uint64_t tracing_impl::recorded_below() const noexcept { return settings_.sampler.recorded_below(); }

// A wake-up costs a system call: it is made for the first one that waits, and when a batch is full.
void tracing_impl::record(span_record const& span) noexcept {
  if (!exports_ || is_forked()) return;
  auto added = span_batcher::added::dropped;
  {
    std::lock_guard const guard{mutex_};
    added = batcher_.add(span, span.ended_at);
    hurries_.store(batcher_.hurries(), std::memory_order_relaxed);
  }
  if (added == span_batcher::added::wake) due_.notify_one();
}

bool tracing_impl::flush(duration within) noexcept {
  if (!exports_) return true;
  if (is_forked()) return false;
  auto const deadline = tracing_deadline(within);
  try {
    std::unique_lock lock{mutex_};
    auto const number = batcher_.flush();
    hurries_ = true;
    due_.notify_one();
    std::optional<bool> flushed;
    ended_.wait_until(lock, deadline, [&] {
      flushed = batcher_.flushed(number);
      return flushed.has_value();
    });
    batcher_.forget(number);
    flushed_in_vain_ = !flushed.has_value();
    return flushed.value_or(false);
  } catch (...) {
    return false;
  }
}

void tracing_impl::run() {
  span_batch batch;
  std::unique_lock lock{mutex_};
  for (;;) {
    if (stop_.stop_requested()) batcher_.abandon();
    if (batcher_.take(clock::now(), batch)) {
      hurries_ = batcher_.hurries();
      lock.unlock();
      auto result = export_batch(batch, clock::now());
      auto const size = batch.size();
      batch.clear();
      lock.lock();
      batcher_.ended(result.taken);
      hurries_ = batcher_.hurries();
      if (result.taken < size && result.error.empty()) result.error = "the exporter did not take all spans";
      last_error_ = std::move(result.error);
      ended_.notify_all();
    } else if (ending_) {
      break;
    } else if (auto const wake = batcher_.wake()) {
      due_.wait_until(lock, *wake);
    } else {
      due_.wait(lock);
    }
  }
  over_ = true;
  ended_.notify_all();
}

// A tenth of the time may be given away.
export_result tracing_impl::export_batch(span_batch const& batch, clock::time_point now) noexcept {
  try {
    try {
      auto const deadline = now + settings_.export_timeout;
      giving_way way{hurries_, now + settings_.export_timeout / 10};
      auto* const by_batch = dynamic_cast<batch_exporter*>(exporter_.get());
      return by_batch ? by_batch->export_batch(batch, settings_.from, deadline, stop_.get_token(), way)
                      : export_spans(batch, deadline, way);
    } catch (std::exception const& e) {
      return {.error = std::string{"the exporter threw: "} + e.what()};
    }
  } catch (...) {
    return {};
  }
}

export_result tracing_impl::export_spans(span_batch const& batch, clock::time_point deadline,
                                         giving_way& way) {
  std::vector<span_data> spans(batch.size());
  span_batch::reader reader{batch};
  for (auto& span : spans) {
    reader.next(span);
    way();
  }
  return exporter_->export_spans(spans, settings_.from, deadline, stop_.get_token());
}

// The thread is in another process, where it waits for a condition perhaps: to destroy that here would wait for the thread,
// and what becomes of a thread that is not here is not said. So this is kept.
void tracing_impl::abandon() noexcept {
  if (!abandoned_before_) abandoned_before_ = std::exchange(abandoned.last, shared_from_this());
}

void tracing_impl::end() noexcept {
  if (is_forked()) return abandon();
  if (!thread_.joinable()) return exporter_.reset();
  std::unique_lock lock{mutex_};
  batcher_.close();
  hurries_ = true;
  ending_ = true;
  due_.notify_one();
  bool const in_vain = settings_.ends_after_vain_flush && flushed_in_vain_;
  auto const deadline = tracing_deadline(in_vain ? duration{} : settings_.end_within);
  ended_.wait_until(lock, deadline, [this] { return over_; });
  lock.unlock();
  stop_.request_stop();
  thread_.join();
  exporter_.reset();
}

tracing_status tracing_impl::status() const {
  std::lock_guard const guard{mutex_};
  auto const& counts = batcher_.so_far();
  return {.exported = counts.exported,
          .dropped = counts.dropped,
          .failed = counts.failed,
          .waiting = batcher_.waiting(),
          .last_error = last_error_};
}

}  // namespace reeve::detail
