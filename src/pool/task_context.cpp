// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/task_context.hpp"

#include "pool/task_trace.hpp"
#include "pool/trace_block.hpp"
#include "reeve/detail/tracer.hpp"
#include "reeve/this_task.hpp"

#include <utility>

namespace reeve {
namespace {

thread_local task_context* current = nullptr;

}  // namespace

task_context* current_task() noexcept { return current; }

task_scope::task_scope(task_context* context) noexcept : before_{std::exchange(current, context)} {}
task_scope::~task_scope() { current = before_; }

void task_context::begin(claimed_task const& task, worker_channel& channel, worker const& self,
                         std::function<void()> on_token) {
  id_ = task.task_id;
  attempt_ = task.attempt;
  auto preface = task.preface;
  if (trace_is_set_) trace_ = {};
  trace_is_set_ = task.trace == task_trace::sent && !task.body_lost;
  trace_is_unrecorded_ = task.trace == task_trace::unrecorded;
  if (trace_is_set_) trace_ = take_trace_block(preface).value_or(trace_context{});
  correlation_id_.assign(preface);
  channel_ = &channel;
  worker_ = &self;
  slot_ = task.slot;
  element_ = 0;
  on_token_ = std::move(on_token);
}

trace_context const& task_context::trace() {
  if (span_) return span_->context();
  if (std::exchange(trace_is_unrecorded_, false)) {
    trace_ = detail::begin_unrecorded_trace();
    trace_is_set_ = true;
  }
  return trace_;
}

void task_context::begin_span(detail::task_entry const& task) {
  if (!trace_.sampled() || !is_tracing()) return;
  span_.emplace("run", trace_, span_kind::consumer);
  describe_run(*span_, task, id_, attempt_);
  if (!correlation_id_.empty()) span_->set("reeve.task.correlation_id", correlation_id_);
}

void task_context::end_span(std::exception_ptr const& thrown) {
  if (!span_) return;
  if (thrown) say_error(*span_, thrown);
  span_->end();
  span_.reset();
}

void task_context::renew_stop() {
  if (!stop_is_shared_ && !stop_.stop_requested()) return;
  stop_ = std::stop_source{};
  stop_is_shared_ = false;
}

std::stop_token task_context::stop_token() {
  if (!std::exchange(stop_is_shared_, true) && on_token_) on_token_();
  return stop_.get_token();
}

bool task_context::stop_requested() const noexcept {
  return was_asked() ||
         (id_ != 0 && (worker_->stop_requested() || channel_->stop_requested(slot_, element_)));
}

void task_context::progress(double done) noexcept {
  if (id_ != 0) channel_->set_progress(slot_, done);
}

namespace this_task {

std::uint64_t id() noexcept { return current ? current->id() : 0; }
std::size_t attempt() noexcept { return current ? current->attempt() : 0; }
std::stop_token stop_token() noexcept { return current ? current->stop_token() : std::stop_token{}; }
bool stop_requested() noexcept { return current && current->stop_requested(); }

std::string const& correlation_id() noexcept {
  static std::string const none;
  return current ? current->correlation_id() : none;
}

trace_context const& trace() noexcept {
  static trace_context const none;
  return current ? current->trace() : none;
}

void progress(double done) noexcept {
  if (current) current->progress(done);
}

}  // namespace this_task
}  // namespace reeve
