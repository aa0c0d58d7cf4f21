// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/pool_impl.hpp"
#include "process/proc_file.hpp"

#include <boost/asio/detached.hpp>

#include <algorithm>
#include <utility>
#include <unistd.h>

// What is looked after by the clock: limits, memory, silence, progress. One timer for the whole pool.

namespace reeve::detail {

namespace {

// Resident, in bytes; 0 where it is not known.
std::uint64_t memory_of(pid_t pid) {
  auto const text = read_proc_file("/proc/" + std::to_string(pid) + "/statm");
  auto const second = text.find(' ');
  if (second == std::string::npos) return 0;
  return std::strtoull(text.c_str() + second, nullptr, 10) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void pool_impl::arm(clock::time_point at) {
  if (armed_ && *armed_ <= at) return;
  armed_ = at;
  timer_.expires_at(at);
  timer_.async_wait([weak = weak_from_this()](error_code ec) {
    auto const self = weak.lock();
    if (!ec && self) self->tick();
  });
}

void pool_impl::tick() {
  deliveries out;
  lock const guard{mutex_};
  auto const at = clock::now();
  if (armed_ && at < *armed_) return;  // it was set anew meanwhile
  armed_.reset();
  auto next = clock::time_point::max();
  for (auto const& [name, worker] : workers_) {
    if (!worker->now || !worker->now->up) continue;
    worker->now->full = false;
    if (!worker->now->tasks.empty()) watch(*worker->now, at, next, out);
  }
  dispatch();  // those that had no place may have one, and some are to be taken back
  if (next != clock::time_point::max()) arm(next);
  deliver_later(std::move(out));
}

void pool_impl::watch(pool_incarnation& now, clock::time_point at, clock::time_point& next, deliveries& out) {
  for (auto* task = now.tasks.front(); task; task = task->next)
    watch_task(now, static_cast<pool_task&>(*task), at, next, out);
  watch_memory(now, at, next);
  watch_silence(now, at, next);
  watch_pace(now, at, next);
}

// What waits behind a slow task is taken back.
void pool_impl::watch_pace(pool_incarnation& now, clock::time_point at, clock::time_point& next) {
  if (now.channel->has_news()) now.ring_chain();  // results of a batch that goes on
  bool const paces = std::exchange(now.results_then, now.results) != now.results;
  if (first_look(now) == pace_period) next = std::min(next, at + pace_period);
  if (!paces && now.tasks.size() > params_.concurrency) fsm_.stalled(now);
}

void pool_impl::watch_task(pool_incarnation& now, pool_task& task, clock::time_point at,
                           clock::time_point& next, deliveries& out) {
  bool const tells_progress = task.options && task.options->on_progress;
  if (!task.limits.has_limits() && !task.limits.is_cancelled() && !tells_progress) return;
  auto const seen = now.channel->look(task.slot);
  if (seen.claimed && tells_progress && std::exchange(task.progress, seen.progress) != seen.progress)
    out.push_back({.call = [options = task.options, done = seen.progress] { options->on_progress(done); }});
  if (tells_progress) next = std::min(next, at + params_.progress_period);
  if (seen.claimed && seen.started) {
    auto const due = task.limits.look({.started = *seen.started, .element = seen.element}, at);
    if (due != limit_watch::due::nothing) limit_passed(now, task, seen.element, due, out);
  }
  if (auto const then = task.limits.next(at)) next = std::min(next, *then);
}

void pool_impl::limit_passed(pool_incarnation& now, pool_task& task, std::uint32_t element,
                             limit_watch::due due, deliveries& out) {
  bool const hard = due == limit_watch::due::hard;
  if (hard && std::exchange(task.condemned, true)) return;
  if (!task.limits.is_cancelled() && task.options && task.options->on_timeout) {
    auto const which = hard ? task_limit::hard : task_limit::soft;
    out.push_back(
        {.call = [options = task.options, told = info(task), which] { options->on_timeout(told, which); }});
  }
  if (!hard) return now.channel->request_stop(task.slot, element);
  if (!task.limits.is_cancelled()) ++counts_.timeouts;
  kill(now, describe(task) +
                (task.limits.is_cancelled() ? " was cancelled, and went on" : " passed its hard limit"));
}

void pool_impl::watch_memory(pool_incarnation& now, clock::time_point at, clock::time_point& next) {
  auto const& limit = params_.max_memory_per_worker;
  if (limit.soft == 0 && limit.hard == 0) return;
  next = std::min(next, at + memory_period);
  auto const used = memory_of(now.pid);
  if (limit.hard != 0 && used > limit.hard)
    return kill(now, "it used " + std::to_string(used) + " bytes of memory, and its limit is " +
                         std::to_string(limit.hard));
  if (limit.soft == 0 || used <= limit.soft) return;
  for (auto* t = now.tasks.front(); t; t = t->next) {
    auto& task = static_cast<pool_task&>(*t);
    auto const seen = now.channel->look(task.slot);
    if (task.asked_for_memory || !seen.started) continue;
    task.asked_for_memory = task.base + seen.element;
    now.channel->request_stop(task.slot, seen.element);
  }
}

// A worker that runs nothing and takes nothing up is hung, or was stopped.
void pool_impl::watch_silence(pool_incarnation& now, clock::time_point at, clock::time_point& next) {
  next = std::min(next, at + params_.claim_within / 2);
  bool works = std::exchange(now.completed_then, now.completed) != now.completed;
  for (auto* t = now.tasks.front(); t && !works; t = t->next)
    works = t->begun || now.channel->look(static_cast<pool_task&>(*t).slot).claimed;
  if (works) return now.silent_since.reset();
  if (!now.silent_since) now.silent_since = at;
  if (at - *now.silent_since >= params_.claim_within)
    kill(now, "it did not begin with the tasks that it was given");
}

void pool_impl::kill(pool_incarnation& now, std::string reason) {
  if (std::exchange(now.condemned, true) || !supervisor_) return;
  fsm_.condemn(now);
  supervisor_->async_restart(now.id,
                             {.graceful = false, .cause = exit_cause::limit, .reason = std::move(reason)},
                             boost::asio::detached);
}

void pool_impl::after_task(pool_incarnation& now) {
  if (!now.draining && !is_worn(now)) return;
  auto const worker = worker_of(now);
  if (!worker || worker->now.get() != &now) return;
  if (worker->leaving) return remove_if_done(*worker);
  if (worker->being_replaced ||
      !(state_ == pool_state::running || (state_ == pool_state::closing && !fsm_.empty())))
    return;
  ++counts_.recycled;
  replace(worker, {});
}

// It is nearly out of the tasks that it may run, or has grown beyond its soft limit.
bool pool_impl::is_worn(pool_incarnation const& now) const {
  auto const tasks = params_.max_tasks_per_worker;
  if (tasks != 0 && now.remaining <= tasks / 4) return true;
  auto const limit = params_.max_memory_per_worker.soft;
  return limit != 0 && memory_of(now.pid) > limit;
}

}  // namespace reeve::detail
