// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/pool_errors.hpp"
#include "pool/pool_impl.hpp"
#include "pool/task_registry.hpp"
#include "pool/task_trace.hpp"
#include "pool/trace_block.hpp"
#include "reeve/detail/tracer.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <memory>
#include <utility>

// How tasks come in, and get to the workers.

namespace reeve::detail {

namespace {

constexpr std::size_t most_spares = 1024;

limit_watch::limits limits_of(pool_params const& params, call_options const* options) {
  limit_watch::limits limits{.soft = params.soft_limit, .hard = params.hard_limit};
  if (options && options->soft_limit) limits.soft = *options->soft_limit;
  if (options && options->hard_limit) limits.hard = *options->hard_limit;
  return limits;
}

// A call must not be wrong in a way that its options cannot have.
void check(call_options const& options) {
  static constexpr std::chrono::hours year{24 * 365};
  auto const bad = [](auto const& limit) {
    return limit && limit->count() != 0 && (*limit < std::chrono::milliseconds{1} || *limit > year);
  };
  if (bad(options.soft_limit))
    throw std::invalid_argument{"reeve: call_options.soft_limit must be 0, or 1 ms to a year"};
  if (bad(options.hard_limit))
    throw std::invalid_argument{"reeve: call_options.hard_limit must be 0, or 1 ms to a year"};
  if (options.max_attempts < 1 || options.max_attempts > 1000)
    throw std::invalid_argument{"reeve: call_options.max_attempts must be 1 to 1000"};
  if (options.correlation_id.size() > task_channel_layout::correlation_max)
    throw std::invalid_argument{"reeve: call_options.correlation_id must have at most 256 bytes"};
  if (options.trace.state.size() > 512)
    throw std::invalid_argument{"reeve: call_options.trace.state must have at most 512 bytes"};
  if (options.trace.baggage.size() > 8192)
    throw std::invalid_argument{"reeve: call_options.trace.baggage must have at most 8192 bytes"};
}

void begin_span(pool_task& task, trace_context context, trace_context const& parent) {
  task.trace = task_trace::sent;
  append_trace_block(task.preface, context);
  if (!context.sampled()) return;
  task.span.emplace("task", std::move(context), parent, span_kind::producer);
  describe_task(*task.span, *task_registry::global().entry(task.function));
}

// Of a trace that begins with the task and is not recorded the worker needs to know no more than that: its ids would be
// nowhere else.
void begin_trace_of(pool_task& task) {
  auto context = detail::begin_recorded_trace();
  if (!context)
    task.trace = task_trace::unrecorded;
  else
    begin_span(task, std::move(*context), {});
}

// What the worker is told of its trace and of its correlation. A single call is a span where this process is tracing.
void write_preface(pool_task& task) {
  bool const is_span = !task.batch && is_tracing();
  if (!task.options) {
    if (is_span) begin_trace_of(task);
    return;
  }
  auto const& trace = task.options->trace;
  bool const is_in_one = trace.valid() || !trace.baggage.empty();
  if (is_span && is_in_one) {
    begin_span(task, detail::begin_trace(trace), trace);
  } else if (is_span) {
    begin_trace_of(task);
  } else if (is_in_one) {
    task.trace = task_trace::sent;
    append_trace_block(task.preface, trace);
  }
  task.preface += task.options->correlation_id;
}

}  // namespace

std::unique_ptr<pool_task> pool_impl::blank_task() {
  lock const guard{mutex_};
  if (spare_.empty()) return std::make_unique<pool_task>();
  auto task = std::move(spare_.back());
  spare_.pop_back();
  return task;
}

void pool_impl::submit(std::unique_ptr<pool_task> task, std::exception_ptr failure) {
  if (!failure && task->options) try {
      check(*task->options);
    } catch (std::invalid_argument const&) {
      failure = std::current_exception();
    }
  task->limits = limit_watch{limits_of(params_, task->options.get()), task->count > 1};
  if (!failure) write_preface(*task);
  if (task->options) task->max_attempts = static_cast<std::uint32_t>(task->options->max_attempts);

  lock const guard{mutex_};
  bool const takes_it = takes_tasks() || (task->kept_open && state_ == pool_state::closing);
  if (!failure && !takes_it) failure = closed_error();
  if (!failure && !task->batch && task->arguments.size() > params_.max_message_size)
    failure = std::make_exception_ptr(
        codec_error{describe(*task) + ": its arguments are longer than pool_params::max_message_size"});
  counts_.submitted += task->count;
  if (!failure) task->stands_for = waits_.take(tasks_.empty());
  begin_measure(*task);
  auto& kept = *task;
  kept.position = tasks_.size();
  tasks_.push_back(std::move(task));
  if (failure) {
    deliveries out;
    fail_task(kept, std::move(failure), out);
    return deliver_later(std::move(out));
  }
  if (kept.cancellable) cancellable_.emplace(kept.id, &kept);
  fsm_.submit(kept);
  dispatch();
}

void pool_impl::begin_measure(pool_task& task) {
  if (task.stands_for == 0 && !task.span) return;
  task.submitted = clock::now();
  if (task.stands_for != 0) waits_.measured(task.submitted);
}

std::exception_ptr pool_impl::closed_error() const {
  return std::make_exception_ptr(
      pool_closed{"the pool \"" + params_.name + "\" takes no tasks: " + why_closed_});
}

std::string pool_impl::describe(pool_task const& task) const {
  std::string text =
      "task \"" + task_registry::global().name(task.function) + "\" (#" + std::to_string(task.id);
  if (task.attempt() > 1) text += ", attempt " + std::to_string(task.attempt());
  if (task.options && !task.options->correlation_id.empty()) text += ", " + task.options->correlation_id;
  if (task.asked_for_memory == task.first) text += ", asked to stop because of its worker's memory";
  return text + ')';
}

task_info pool_impl::info(pool_task const& task) const {
  task_info told{
      .id = task.id, .name = task_registry::global().name(task.function), .attempt = task.attempt()};
  if (task.options) told.correlation_id = task.options->correlation_id;
  if (task.worker) told.worker = static_cast<pool_incarnation const*>(task.worker)->id;
  return told;
}

// ---- to the workers ----------------------------------------------------------------------------------------

void pool_impl::dispatch() {
  for (;;) {
    while (auto const a = fsm_.next_offer()) hand_over(*a);
    auto* const task = fsm_.next_revoke();
    if (!task) break;
    take_back(static_cast<pool_task&>(*task));
  }
  for (auto* now : touched_) {
    now->touched = false;
    now->channel->ring();
  }
  touched_.clear();
}

void pool_impl::hand_over(dispatch_fsm::assignment const& a) {
  auto& task = static_cast<pool_task&>(*a.task);
  auto& now = static_cast<pool_incarnation&>(*a.worker);
  channel_offer const offer{.task_id = task.id,
                            .function = task.function,
                            .attempt = static_cast<std::uint32_t>(task.attempt()),
                            .elements = task.count - task.first,
                            .batch = task.batch != nullptr,
                            .timed = task.limits.has_limits(),
                            .wake_on_claim = wants_accept(task),
                            .trace = task.trace,
                            .preface = task.preface,
                            .payload = task.rest()};
  if (!now.channel->offer(offer, task.slot)) {
    if (now.tasks.size() == 1) arm(clock::now() + std::chrono::milliseconds{1});  // only what was taken back
    return fsm_.refused(task);
  }
  now.slots[task.slot.index] = &task;
  task.base = task.first;
  task.accepted = false;
  task.asked_for_memory.reset();
  if (!std::exchange(now.touched, true)) touched_.push_back(&now);
  if (task.limits.has_limits()) {
    auto const at = clock::now();
    task.limits.offered(at);
    arm(std::min(*task.limits.next(at), at + first_look(now)));
  } else if (!armed_ || task.count > 1 || now.tasks.size() == params_.concurrency + 1) {
    arm(clock::now() + first_look(now));
  }
  if (task.options && task.options->on_progress) arm(clock::now() + params_.progress_period);
  if (now.remaining != ~std::uint64_t{0}) after_task(now);
}

// When a worker that was handed a task is to be looked at.
pool_impl::clock::duration pool_impl::first_look(pool_incarnation const& now) const noexcept {
  if (now.tasks.size() > params_.concurrency) return pace_period;
  for (auto const* task = now.tasks.front(); task; task = task->next)
    if (static_cast<pool_task const*>(task)->count > 1) return pace_period;
  bool const by_memory = params_.max_memory_per_worker.soft != 0 || params_.max_memory_per_worker.hard != 0;
  return by_memory ? clock::duration{memory_period} : params_.claim_within / 2;
}

// Whether somebody wants to know at once that it has begun.
bool pool_impl::wants_accept(pool_task const& task) const noexcept {
  return (task.options && task.options->on_accepted) || (params_.on_limit_armed && task.limits.has_limits());
}

// The task leaves its slot.
void pool_impl::leave_worker(pool_task& task) {
  auto& now = static_cast<pool_incarnation&>(*task.worker);
  now.slots[task.slot.index] = nullptr;
  now.channel->forget(task.slot);  // its arguments may go
}

void pool_impl::take_back(pool_task& task) {
  auto& now = static_cast<pool_incarnation&>(*task.worker);
  if (!now.channel->revoke(task.slot)) return fsm_.begun(task);
  leave_worker(task);
  fsm_.revoked(task);
  after_task(now);
}

// ---- out of the pool ---------------------------------------------------------------------------------------

std::unique_ptr<pool_task> pool_impl::take(pool_task& task) {
  if (task.cancellable) cancellable_.erase(task.id);
  auto const position = task.position;
  auto taken = std::move(tasks_[position]);
  if (position + 1 != tasks_.size()) {
    tasks_[position] = std::move(tasks_.back());
    tasks_[position]->position = position;
  }
  tasks_.pop_back();
  return taken;
}

// It is in none of the machine's lists any more, and its last delivery is written.
void pool_impl::forget(pool_task& task) {
  auto taken = take(task);
  if (spare_.size() >= most_spares) return;
  // Made anew where it is: an assignment writes all of it twice.
  std::destroy_at(taken.get());
  std::construct_at(taken.get());
  spare_.push_back(std::move(taken));
}

void pool_impl::end_task(pool_task& task, delivery outcome, deliveries& out) {
  ++(outcome.error ? counts_.failed : counts_.succeeded);
  if (task.span) end_span(task, outcome);
  if (task.batch) {
    outcome.batch = task.batch;
    outcome.element = task.first;
    out.push_back(std::move(outcome));
    out.push_back({.batch = std::move(task.batch)});
  } else {
    outcome.sink = std::move(task.sink);
    out.push_back(std::move(outcome));
  }
  forget(task);
}

void pool_impl::end_span(pool_task& task, delivery const& outcome) {
  end_task_span(*task.span,
                {.task = task_registry::global().entry(task.function),
                 .id = task.id,
                 .attempts = task.attempt(),
                 .wait_time = clock::now() - task.submitted - outcome.run_time,
                 .run_time = outcome.run_time},
                outcome.error);
}

// All that is left of it.
void pool_impl::fail_task(pool_task& task, std::exception_ptr error, deliveries& out) {
  if (task.batch) {
    for (; task.first + 1 < task.count; ++task.first) {
      ++counts_.failed;
      out.push_back({.batch = task.batch, .element = task.first, .error = error});
    }
  }
  end_task(task, {.error = std::move(error)}, out);
}

void pool_impl::fail_all_unassigned(std::exception_ptr const& error, deliveries& out) {
  while (auto* const task = fsm_.any_unassigned()) {
    fsm_.withdraw(*task);
    fail_task(static_cast<pool_task&>(*task), error, out);
  }
}

void pool_impl::deliver_later(deliveries out) {
  if (out.empty()) return;
  // What a handler throws leaves the executor's loop; the others are called all the same.
  struct rest {
    boost::asio::any_io_executor executor;
    deliveries out;
    void operator()() {
      while (!out.empty()) {
        auto next = std::move(out.front());
        out.pop_front();
        if (out.empty()) return next.carry_out();
        try {
          next.carry_out();
        } catch (...) {
          boost::asio::post(executor, rest{executor, std::move(out)});
          throw;
        }
      }
    }
  };
  boost::asio::post(executor_, rest{executor_, std::move(out)});
}

// ---- cancellation ------------------------------------------------------------------------------------------

pool_task* pool_impl::find(std::uint64_t id) {
  auto const it = cancellable_.find(id);
  return it == cancellable_.end() ? nullptr : it->second;
}

void pool_impl::cancel(std::uint64_t id) {
  deliveries out;
  lock guard{mutex_};
  auto* const task = find(id);
  if (!task || task->limits.is_cancelled()) return;
  if (task->where == dispatch_task::place::offered) {
    auto& now = static_cast<pool_incarnation&>(*task->worker);
    if (!now.channel->revoke(task->slot)) {
      fsm_.begun(*task);
      auto const at = clock::now();
      task->limits.cancelled(at, params_.cancel_grace);
      now.channel->request_stop(task->slot);
      return arm(at + params_.cancel_grace);
    }
    leave_worker(*task);
    fsm_.revoked(*task);
  }
  fsm_.withdraw(*task);
  fail_task(*task, aborted_error(), out);
  dispatch();
  tell_of_room();
  deliver_later(std::move(out));
  finish_if_done();
}

// ---- while it closes ---------------------------------------------------------------------------------------

std::shared_ptr<void> pool_impl::keep_open() {
  lock const guard{mutex_};
  if (!takes_tasks()) return {};
  ++kept_open_;
  return {this, [self = shared_from_this()](void*) {
            lock const letting_go{self->mutex_};
            --self->kept_open_;
            self->finish_if_done();
          }};
}

// ---- room --------------------------------------------------------------------------------------------------

void pool_impl::wait_for_room(operation op) {
  lock const guard{mutex_};
  if (!takes_tasks()) return op->complete(error::stopped);
  if (fsm_.has_room()) return op->complete({});
  waiting_for_room_.push_back(std::move(op));
}

void pool_impl::tell_of_room() {
  if (waiting_for_room_.empty() || !fsm_.has_room()) return;
  for (auto const& op : std::exchange(waiting_for_room_, {})) op->complete({});
}

}  // namespace reeve::detail
