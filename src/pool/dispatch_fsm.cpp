// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/dispatch_fsm.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace reeve {

void task_list::push_back(dispatch_task& task) noexcept {
  task.previous = last_;
  task.next = nullptr;
  (last_ ? last_->next : first_) = &task;
  last_ = &task;
  ++size_;
}

void task_list::push_front(dispatch_task& task) noexcept {
  task.previous = nullptr;
  task.next = first_;
  (first_ ? first_->previous : last_) = &task;
  first_ = &task;
  ++size_;
}

void task_list::remove(dispatch_task& task) noexcept {
  (task.previous ? task.previous->next : first_) = task.next;
  (task.next ? task.next->previous : last_) = task.previous;
  task.previous = task.next = nullptr;
  --size_;
}

dispatch_fsm::dispatch_fsm(params p) noexcept
    : params_{p}, capacity_{std::min(p.concurrency + p.prefetch, most_tasks)} {}

// ---- tasks -------------------------------------------------------------------------------------------------

void dispatch_fsm::submit(dispatch_task& task) {
  task.where = dispatch_task::place::waiting;
  waiting_.push_back(task);
  admit();
}

void dispatch_fsm::admit() {
  while (!waiting_.empty() && has_room()) {
    auto& task = *waiting_.front();
    waiting_.remove(task);
    queue_.push_back(task);
    task.where = dispatch_task::place::queued;
  }
}

void dispatch_fsm::withdraw(dispatch_task& task) {
  (task.where == dispatch_task::place::waiting ? waiting_ : queue_).remove(task);
  task.where = dispatch_task::place::outside;
  admit();
}

void dispatch_fsm::ended(dispatch_task& task) {
  task.worker->slow = false;
  take_from_worker(task);
  task.where = dispatch_task::place::outside;
  admit();
}

void dispatch_fsm::take_from_worker(dispatch_task& task) {
  auto& worker = *task.worker;
  worker.tasks.remove(task);
  worker.full = false;
  --dispatched_;
  task.worker = nullptr;
  task.begun = false;
  relist(worker);
}

void dispatch_fsm::queue_first(dispatch_task& task) {
  task.where = dispatch_task::place::queued;
  queue_.push_front(task);
}

dispatch_task* dispatch_fsm::any_unassigned() const noexcept {
  return queue_.empty() ? waiting_.front() : queue_.front();
}

// ---- workers -----------------------------------------------------------------------------------------------

void dispatch_fsm::up(dispatch_worker& worker) {
  worker.up = true;
  list(worker);
}

void dispatch_fsm::drain(dispatch_worker& worker) {
  if (worker.draining) return;
  worker.draining = true;
  unlist(worker);
  giving_back_.push_back(&worker);
}

void dispatch_fsm::stalled(dispatch_worker& worker) {
  if (std::exchange(worker.slow, true) || worker.draining) return;
  giving_back_.push_back(&worker);
}

void dispatch_fsm::down(dispatch_worker& worker) {
  worker.up = false;
  unlist(worker);
  std::erase(giving_back_, &worker);
}

loss_verdict dispatch_fsm::lost(dispatch_task& task, bool had_begun) {
  bool const handed_back = !had_begun;
  take_from_worker(task);
  task.where = dispatch_task::place::outside;
  if (had_begun) ++task.losses;
  if (handed_back || task.losses < task.max_attempts) {
    queue_first(task);
    return loss_verdict::again;
  }
  admit();
  return task.max_attempts == 1 ? loss_verdict::lost : loss_verdict::quarantined;
}

void dispatch_fsm::list(dispatch_worker& worker) {
  auto const bucket =
      static_cast<std::uint32_t>(std::min<std::size_t>(worker.tasks.size(), buckets_.size() - 1));
  worker.bucket = bucket;
  worker.listed = true;
  worker.previous = nullptr;
  worker.next = buckets_[bucket];  // the one that was busy last is the one that is warm
  if (worker.next) worker.next->previous = &worker;
  buckets_[bucket] = &worker;
  occupied_ |= std::uint64_t{1} << bucket;
}

void dispatch_fsm::unlist(dispatch_worker& worker) {
  if (!worker.listed) return;
  worker.listed = false;
  (worker.previous ? worker.previous->next : buckets_[worker.bucket]) = worker.next;
  if (worker.next) worker.next->previous = worker.previous;
  if (!buckets_[worker.bucket]) occupied_ &= ~(std::uint64_t{1} << worker.bucket);
}

void dispatch_fsm::relist(dispatch_worker& worker) {
  if (!worker.listed) return;
  unlist(worker);
  list(worker);
}

// ---- who gets what -----------------------------------------------------------------------------------------

std::optional<dispatch_fsm::assignment> dispatch_fsm::next_offer() {
  if (queue_.empty()) return {};
  for (auto buckets = occupied_; buckets != 0; buckets &= buckets - 1) {
    auto const bucket = static_cast<std::size_t>(std::countr_zero(buckets));
    if (bucket >= capacity_) return {};
    for (auto* worker = buckets_[bucket]; worker; worker = worker->next) {
      if (worker->full || worker->remaining == 0 || (worker->slow && bucket >= params_.concurrency)) continue;
      auto& task = *queue_.front();
      queue_.remove(task);
      task.where = dispatch_task::place::offered;
      task.worker = worker;
      worker->tasks.push_back(task);
      if (worker->remaining != ~std::uint64_t{0}) --worker->remaining;
      ++dispatched_;
      relist(*worker);
      return assignment{&task, worker};
    }
  }
  return {};
}

void dispatch_fsm::refused(dispatch_task& task) {
  auto& worker = *task.worker;
  revoked(task);
  worker.full = true;
}

dispatch_task* dispatch_fsm::last_not_begun(dispatch_worker& worker) const noexcept {
  for (auto* task = worker.tasks.back(); task; task = task->previous)
    if (!task->begun) return task;
  return nullptr;
}

dispatch_task* dispatch_fsm::next_revoke() {
  while (!giving_back_.empty()) {
    auto& worker = *giving_back_.back();
    // A slow one keeps what it may run at a time: it would get as much again.
    bool const has_more = worker.draining || worker.tasks.size() > params_.concurrency;
    if (auto* const task = has_more ? last_not_begun(worker) : nullptr) return task;
    giving_back_.pop_back();
  }
  return revoke_for_idle();
}

// There is something to take back where a worker is idle, nothing is queued, and another has two more.
dispatch_task* dispatch_fsm::revoke_for_idle() {
  if (!queue_.empty() || (occupied_ & 1) == 0 || occupied_ == 1) return nullptr;
  bool taker = false;
  for (auto* worker = buckets_[0]; worker && !taker; worker = worker->next)
    taker = worker->remaining != 0 && !worker->full;
  if (!taker) return nullptr;
  for (auto buckets = occupied_; buckets > 1;) {
    auto const bucket = static_cast<std::size_t>(std::bit_width(buckets)) - 1;
    if (bucket <= params_.concurrency) return nullptr;  // it runs them all
    for (auto* worker = buckets_[bucket]; worker; worker = worker->next)
      if (auto* task = last_not_begun(*worker)) return task;
    buckets &= ~(std::uint64_t{1} << bucket);
  }
  return nullptr;
}

void dispatch_fsm::revoked(dispatch_task& task) {
  auto& worker = *task.worker;
  if (worker.remaining != ~std::uint64_t{0}) ++worker.remaining;
  take_from_worker(task);
  queue_first(task);
}

}  // namespace reeve
