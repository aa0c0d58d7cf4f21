// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/pool_impl.hpp"
#include "pool/processors.hpp"
#include "pool/task_registry.hpp"
#include "pool/validate_pool.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

// What a pool is told to do, and how it begins and ends.

namespace reeve::detail {

namespace {

// Completes an operation when the last of several has been told of, or with the first error.
class countdown {
 public:
  countdown(std::shared_ptr<pool_operation> op, std::size_t count) : op_{std::move(op)}, left_{count} {}

  void one(error_code ec, diagnostics why) {
    if (ec)
      op_->complete(ec, std::move(why));
    else if (--left_ == 0)
      op_->complete({});
  }

 private:
  std::shared_ptr<pool_operation> op_;
  std::atomic<std::size_t> left_;
};

}  // namespace

pool_impl::pool_impl(boost::asio::any_io_executor executor, pool_params params)
    : executor_{std::move(executor)},
      params_{std::move(params)},
      may_spin_{have_several_processors(params_.process.cpu_affinity)},
      fsm_{{.max_in_flight = params_.max_in_flight,
            .concurrency = params_.concurrency,
            .prefetch = params_.prefetch}},
      timer_{executor_},
      gate_{context_gate::of(executor_)} {
  if (params_.workers == 0) params_.workers = default_concurrency();
}

pool_impl::~pool_impl() {
  if (auto const hook = at_shutdown_.lock()) gate_->release(hook);
}

// A coroutine that owns its pool and waits for it would keep itself alive when its context goes.
void pool_impl::begin() {
  auto const gone = [](std::weak_ptr<pool_impl>* pool) {
    if (auto const self = pool->lock()) self->context_gone();
    delete pool;
  };
  std::shared_ptr<void> const made{new std::weak_ptr<pool_impl>{weak_from_this()}, gone};
  at_shutdown_ = made;
  gate_->keep(made);
}

void pool_impl::context_gone() {
  std::vector<std::unique_ptr<pool_task>> tasks;  // destroyed without the lock: that may end the pool
  std::optional<supervisor> supervised;
  lock guard{mutex_};
  state_ = pool_state::closed;
  take_all_back();
  while (auto* const task = fsm_.any_unassigned()) fsm_.withdraw(*task);
  cancellable_.clear();
  tasks.swap(tasks_);
  supervised.swap(supervisor_);
  guard.unlock();
}

// ---- the beginning -----------------------------------------------------------------------------------------

void pool_impl::start(operation const& op) {
  auto const refuse = [&op](error_code ec, std::string field, std::string message) {
    op->complete(ec, {.message = std::move(message), .field = std::move(field), .exit = {}});
  };
  lock const guard{mutex_};
  if (state_ != pool_state::idle)
    return refuse(error::already_started, {}, std::string{"the pool is "} + to_string(state_));
  if (auto const wrong = validate(params_))
    return refuse(error::invalid_argument, wrong->field, wrong->field + ' ' + wrong->message);
  if (auto const wrong = task_registry::global().problem())
    return refuse(error::invalid_argument, "task_fn", *wrong);

  functions_.clear();
  for (auto const& f : task_registry::global().signatures()) functions_.push_back({f.name, to_text(f)});
  auto const events = [weak = weak_from_this()](worker_event const& event) {
    if (auto const self = weak.lock()) self->on_event(event);
  };
  supervisor_.emplace(executor_, supervisor_params{.on_event = events, .logging = params_.logging});
  state_ = pool_state::starting;
  auto const attempt = ++start_number_;
  auto const left = std::make_shared<std::atomic<std::size_t>>(params_.workers);
  size_ = params_.workers;
  starting_ = op;
  for (std::size_t i = 0; i != params_.workers; ++i)
    add_worker([weak = weak_from_this(), attempt, left](error_code ec, diagnostics why) {
      auto const self = weak.lock();
      if (self && (ec || --*left == 0)) self->start_ended(attempt, ec, std::move(why));
    });
}

void pool_impl::abandon_start() {
  lock guard{mutex_};
  auto const attempt = start_number_;
  guard.unlock();
  start_ended(attempt, boost::asio::error::operation_aborted,
              {.message = "it was cancelled", .field = {}, .exit = {}});
}

void pool_impl::start_ended(std::uint64_t attempt, error_code ec, diagnostics why) {
  std::optional<supervisor> failed;
  deliveries out;
  lock guard{mutex_};
  if (attempt != start_number_ || state_ != pool_state::starting) return;
  auto const op = std::exchange(starting_, {});
  if (!ec) {
    state_ = pool_state::running;
    op->complete({});
    return;
  }
  if (ec == error::unknown_worker_type) why.message = "the workers' program has no task_fn";
  // As if it had never been started.
  failed.swap(supervisor_);
  leave_all_workers();
  state_ = pool_state::idle;
  why_closed_ = "its start failed: " + why.message;
  fail_all_unassigned(closed_error(), out);
  deliver_later(std::move(out));
  guard.unlock();
  failed.reset();
  if (params_.program) why.message += " (the program: " + params_.program->program + ')';
  op->complete(ec, std::move(why));
}

// All tasks are with the pool again: their workers are to be killed.
void pool_impl::take_all_back() {
  auto const all = [this](incarnation_ptr const& now) {
    if (!now) return;
    fsm_.condemn(*now);
    while (auto* const task = now->tasks.back()) {
      leave_worker(static_cast<pool_task&>(*task));
      fsm_.lost(*task, false);
    }
  };
  for (auto const& [name, worker] : workers_) all(worker->now);
  for (auto const& now : replaced_) all(now);
}

// They go with their supervisor.
void pool_impl::leave_all_workers() {
  take_all_back();
  auto const leave = [this](incarnation_ptr const& now) {
    if (!now) return;
    fsm_.down(*now);
    now->abandoned = true;
    now->ring_chain();
  };
  for (auto const& [name, worker] : std::exchange(workers_, {})) leave(worker->now);
  for (auto const& now : std::exchange(replaced_, {})) leave(now);
  touched_.clear();
}

// ---- the end -----------------------------------------------------------------------------------------------

void pool_impl::close(operation op) {
  lock const guard{mutex_};
  if (state_ == pool_state::closed || state_ == pool_state::failed) return op->complete({});
  closing_.push_back(std::move(op));
  if (state_ == pool_state::closing) return;
  state_ = pool_state::closing;
  why_closed_ = "it was closed";
  if (auto const starting = std::exchange(starting_, {})) starting->complete(error::stopped);
  for (auto const& waiting : std::exchange(waiting_for_room_, {})) waiting->complete(error::stopped);
  finish_if_done();
}

// Closing, and nothing is left: the workers may go.
void pool_impl::finish_if_done() {
  if (state_ != pool_state::closing || !fsm_.empty() || kept_open_ != 0) return;
  if (std::exchange(workers_are_stopping_, true)) return;
  if (!supervisor_) return stopped();
  supervisor_->async_stop_all([weak = weak_from_this()](error_code) {
    if (auto const self = weak.lock()) {
      lock const guard{self->mutex_};
      self->stopped();
    }
  });
}

void pool_impl::stopped() {
  if (state_ == pool_state::closing) state_ = pool_state::closed;
  leave_all_workers();
  timer_.cancel();
  armed_.reset();
  size_ = 0;
  bool const failed = state_ == pool_state::failed;
  for (auto const& op : std::exchange(closing_, {})) op->complete({});
  for (auto const& op : std::exchange(joining_, {}))
    op->complete(failed ? make_error_code(error::restart_limit) : error_code{});
  workers_are_gone_ = true;
}

void pool_impl::join(operation op) {
  lock const guard{mutex_};
  std::erase_if(joining_, [](operation const& old) { return old->done(); });
  if (!workers_are_gone_) return joining_.push_back(std::move(op));
  op->complete(state_ == pool_state::failed ? make_error_code(error::restart_limit) : error_code{});
}

void pool_impl::terminate() {
  lock const guard{mutex_};
  end_all(pool_state::closed, "it was terminated");
}

void pool_impl::give_up(std::string const& reason) {
  lock const guard{mutex_};
  // A start tells of the failure itself.
  if (state_ == pool_state::starting) return;
  end_all(pool_state::failed, "it has given up: " + reason);
}

// All tasks end now, and the workers are killed.
void pool_impl::end_all(pool_state how, std::string why) {
  if (state_ == pool_state::closed || state_ == pool_state::failed) return;
  state_ = how;
  why_closed_ = std::move(why);
  if (auto const starting = std::exchange(starting_, {})) starting->complete(error::stopped);
  for (auto const& op : std::exchange(waiting_for_room_, {})) op->complete(error::stopped);
  deliveries out;
  take_all_back();
  fail_all_unassigned(closed_error(), out);
  deliver_later(std::move(out));
  if (!supervisor_) return stopped();
  supervisor_->async_stop_all({.graceful = false}, [weak = weak_from_this()](error_code) {
    if (auto const self = weak.lock()) {
      lock const guard{self->mutex_};
      self->stopped();
    }
  });
}

void pool_impl::destroy() {
  std::optional<supervisor> supervised;
  lock guard{mutex_};
  supervised.swap(supervisor_);
  guard.unlock();
  supervised.reset();  // first of all: who hears of the end finds the workers ended

  guard.lock();
  for (auto const* waiting : {&closing_, &joining_, &waiting_for_room_})
    for (auto const& op : *waiting) op->complete(boost::asio::error::operation_aborted);
  end_all(pool_state::closed, "it was destroyed");
  stopped();
}

// ---- more or fewer of them ---------------------------------------------------------------------------------

void pool_impl::grow(operation const& op, std::size_t workers) {
  lock const guard{mutex_};
  if (state_ != pool_state::running) return op->complete(error::stopped);
  if (workers > most_workers - size_) return op->complete(error::invalid_argument);
  if (workers == 0) return op->complete({});
  size_ += workers;
  auto const left = std::make_shared<countdown>(op, workers);
  for (std::size_t i = 0; i != workers; ++i)
    add_worker([left](error_code ec, diagnostics why) { left->one(ec, std::move(why)); });
}

void pool_impl::shrink(operation const& op, std::size_t workers) {
  lock const guard{mutex_};
  if (state_ != pool_state::running) return op->complete(error::stopped);
  if (workers >= size_) return op->complete(error::invalid_argument);
  if (workers == 0) return op->complete({});
  std::vector<worker_ptr> candidates;
  for (auto const& [name, worker] : workers_)
    if (!worker->leaving && !worker->being_replaced) candidates.push_back(worker);
  auto const load = [](worker_ptr const& w) { return w->now && w->now->up ? w->now->tasks.size() + 1 : 0; };
  std::ranges::stable_sort(candidates, {}, load);
  candidates.resize(std::min(candidates.size(), workers));
  size_ -= candidates.size();
  if (candidates.empty()) return op->complete({});
  auto const left = std::make_shared<countdown>(op, candidates.size());
  for (auto const& worker : candidates) retire(worker, [left] { left->one({}, {}); });
  dispatch();
}

void pool_impl::restart(operation const& op) {
  auto const left = std::make_shared<std::vector<worker_ptr>>();
  {
    lock const guard{mutex_};
    if (state_ != pool_state::running) return op->complete(error::stopped);
    for (auto const& [name, worker] : workers_)
      if (!worker->leaving && !worker->being_replaced) left->push_back(worker);
  }
  restart_next(op, left);
}

void pool_impl::restart_next(operation const& op, std::shared_ptr<std::vector<worker_ptr>> left) {
  lock const guard{mutex_};
  if (op->done()) return;
  if (left->empty()) return op->complete({});
  if (state_ != pool_state::running) return op->complete(error::stopped);
  auto const worker = std::move(left->back());
  left->pop_back();
  if (worker->leaving || worker->being_replaced) {
    boost::asio::post(executor_, [self = shared_from_this(), op, left] { self->restart_next(op, left); });
    return;
  }
  replace(worker, [weak = weak_from_this(), op, left](error_code ec, diagnostics why) {
    auto const self = weak.lock();
    if (!self) return;
    if (ec) return op->complete(ec, std::move(why));
    self->restart_next(op, left);
  });
}

bool pool_impl::terminate_worker(worker_id const& which) {
  lock const guard{mutex_};
  auto const it = workers_.find(which.name);
  if (it == workers_.end() || !it->second->now || which.index != 0) return false;
  auto& now = *it->second->now;
  if (now.exit || (which.generation != 0 && now.id.generation != which.generation)) return false;
  kill(now, "its pool was told to terminate it");
  return true;
}

pool_status pool_impl::status() const {
  lock const guard{mutex_};
  auto told = counts_;
  told.name = params_.name;
  if (supervisor_) told.worker_counts = supervisor_->totals();
  told.state = state_;
  told.size = size_;
  told.waiting = fsm_.waiting();
  told.queued = fsm_.queued();
  told.dispatched = fsm_.dispatched();
  for (auto const& [name, worker] : workers_) {
    pool_worker_status w{.worker = {name, 0, 0}, .draining = worker->leaving};
    if (auto const& now = worker->now) {
      w.worker = now->id;
      w.pid = now->exit ? 0 : now->pid;
      w.ready = now->up && !now->exit;
      w.tasks = now->tasks.size();
      w.completed = now->completed;
    }
    told.workers.push_back(std::move(w));
  }
  return told;
}

}  // namespace reeve::detail
