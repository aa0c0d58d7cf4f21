// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/pool_impl.hpp"
#include "pool/pool_worker.hpp"
#include "pool/task_registry.hpp"
#include "pool/validate_pool.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

// The pool's workers: each is a spec of its own at the supervisor, which starts it, watches it and restarts it.

namespace reeve::detail {

namespace asio = boost::asio;

// ---- one worker --------------------------------------------------------------------------------------------

worker_spec pool_impl::spec_of(worker_ptr const& worker) {
  worker_spec spec;
  spec.name = worker->name;
  spec.command = params_.program.value_or(command{});
  spec.command.worker_type = pool_worker_type;
  spec.env = params_.env;
  spec.stdio = params_.stdio;
  spec.process = params_.process;
  spec.output = params_.output;
  spec.restart = params_.restart;
  spec.stop = params_.stop;
  spec.ready = ready_when::reported(params_.start_within);
  spec.for_start = [weak = weak_from_this(), owner = std::weak_ptr{worker}](worker_id const& id,
                                                                            process_params& process) {
    auto const self = weak.lock();
    auto const w = owner.lock();
    if (!self || !w) throw std::runtime_error{"the pool is gone"};
    self->give_channel(w, id, process);
  };
  spec.counts_against_budget = [weak = weak_from_this()](exit_record const& exit) {
    auto const self = weak.lock();
    return !self || self->exit_counts(exit);
  };
  return spec;
}

// A new incarnation: its channel is there before its process.
void pool_impl::give_channel(worker_ptr const& worker, worker_id const& id, process_params& process) {
  error_code ec;
  auto channel = pool_channel::make({.generation = id.generation,
                                     .max_message = params_.max_message_size,
                                     .functions = functions_,
                                     .concurrency = params_.concurrency,
                                     .spin = may_spin_ ? params_.spin : clock::duration{}},
                                    ec);
  if (ec) throw boost::system::system_error{ec, "its channel"};
  namespace layout = task_channel_layout;
  process.descriptors.push_back({channel->segment(), layout::segment_fd});
  process.descriptors.push_back({channel->work(), layout::work_fd});
  process.descriptors.push_back({channel->news(), layout::news_fd});
  process.descriptors.push_back({channel->attention(), layout::attention_fd});
  auto now = std::make_shared<pool_incarnation>(id, std::move(channel), executor_);

  lock const guard{mutex_};
  if (!workers_.contains(worker->name)) throw std::runtime_error{"the pool has ended"};
  if (params_.max_tasks_per_worker != 0) {
    auto const most = static_cast<double>(params_.max_tasks_per_worker);
    std::uniform_real_distribution<double> share{0, params_.max_tasks_jitter};
    now->remaining = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(most * (1 - share(random_))));
  }
  if (params_.initializer) offer_initializer(*now);
  // The next incarnation may begin before the pool is told of the last one's end.
  if (worker->now && !worker->now->exit) replaced_.push_back(worker->now);
  worker->now = now;
  asio::post(executor_, [self = shared_from_this(), now] { self->attend(now); });
}

void pool_impl::offer_initializer(pool_incarnation& now) {
  auto const& call = call_access::data(*params_.initializer);
  slot_ref ref;
  now.channel->offer({.task_id = 0, .function = call.function, .payload = call.arguments}, ref);
}

void pool_impl::add_worker(started done) {
  auto worker = std::make_shared<pool_worker>();
  worker->name = params_.name + '.' + std::to_string(++workers_made_);
  workers_.emplace(worker->name, worker);
  auto why = std::make_shared<diagnostics>();
  supervisor_->async_start(spec_of(worker), *why, [done = std::move(done), why](error_code ec) {
    if (done) done(ec, std::move(*why));
  });
}

// Takes no more tasks, and goes when those that it has have ended.
void pool_impl::retire(worker_ptr const& worker, std::function<void()> gone) {
  if (gone) worker->when_gone.push_back(std::move(gone));
  if (std::exchange(worker->leaving, true)) return;
  if (worker->now && worker->now->up) fsm_.drain(*worker->now);
  remove_if_done(*worker);
}

void pool_impl::remove_if_done(pool_worker& worker) {
  if (worker.being_removed || !supervisor_) return;
  if (worker.now && worker.now->up && !worker.now->tasks.empty()) return;
  worker.being_removed = true;
  supervisor_->async_remove(worker.name, asio::detached);
}

// The new one is ready before the old one takes no more tasks.
void pool_impl::replace(worker_ptr const& worker, started done) {
  worker->being_replaced = true;
  add_worker([weak = weak_from_this(), worker, done = std::move(done)](error_code ec, diagnostics why) {
    auto const self = weak.lock();
    if (!self) return;
    {
      lock const guard{self->mutex_};
      if (ec) {
        worker->being_replaced = false;
      } else {
        auto gone = done ? [done] { done({}, {}); } : std::function<void()>{};
        self->retire(worker, std::move(gone));
        self->dispatch();
        return;
      }
    }
    if (done) done(ec, std::move(why));
  });
}

pool_impl::worker_ptr pool_impl::worker_of(pool_incarnation const& now) const {
  auto const it = workers_.find(now.id.name);
  return it == workers_.end() ? worker_ptr{} : it->second;
}

// ---- what the supervisor says ------------------------------------------------------------------------------

// On the supervisor's strand, in order.
void pool_impl::on_event(worker_event const& event) {
  switch (event.kind) {
    case event_kind::spawned: return worker_spawned(event);
    case event_kind::ready: return worker_ready(event);
    case event_kind::exited: return worker_exited(event);
    case event_kind::removed: return worker_removed(event.worker.name);
    case event_kind::failed: return give_up(to_string(event));
    default: return;
  }
}

pool_impl::incarnation_ptr pool_impl::incarnation_of(worker_id const& id) {
  auto const it = workers_.find(id.name);
  if (it == workers_.end() || !it->second->now) return {};
  return it->second->now->id.generation == id.generation ? it->second->now : incarnation_ptr{};
}

void pool_impl::worker_spawned(worker_event const& event) {
  lock const guard{mutex_};
  if (auto const now = incarnation_of(event.worker)) now->pid = event.pid;
}

void pool_impl::worker_ready(worker_event const& event) {
  {
    lock const guard{mutex_};
    auto const now = incarnation_of(event.worker);
    auto const worker = now ? worker_of(*now) : worker_ptr{};
    if (!worker || worker->leaving || now->exit) return;
    now->channel->close_segment();
    fsm_.up(*now);
    dispatch();
  }
  if (params_.on_worker_up) params_.on_worker_up(event.worker);
}

// Its chain reads what it left behind, and then judges its tasks.
void pool_impl::worker_exited(worker_event const& event) {
  lock const guard{mutex_};
  auto const it = std::ranges::find(replaced_, event.worker, [](auto const& i) { return i->id; });
  auto const now = it != replaced_.end() ? *it : incarnation_of(event.worker);
  if (it != replaced_.end()) replaced_.erase(it);
  if (!now) return;
  now->exit = event.exit;
  fsm_.condemn(*now);
  now->ring_chain();
  auto const worker = worker_of(*now);
  if (worker && worker->leaving && worker->now == now) {
    worker->being_removed = true;
    if (supervisor_) supervisor_->async_remove(worker->name, asio::detached);
  }
}

void pool_impl::worker_removed(std::string const& name) {
  std::vector<std::function<void()>> told;
  {
    lock const guard{mutex_};
    auto const it = workers_.find(name);
    if (it == workers_.end()) return;
    told = std::move(it->second->when_gone);
    workers_.erase(it);
    finish_if_done();
  }
  for (auto const& call : told) call();
}

// An exit while a task was run is the task's. Asked before the event is told, and before the next incarnation.
bool pool_impl::exit_counts(exit_record const& exit) {
  lock const guard{mutex_};
  auto const now = incarnation_of(exit.worker);
  if (!now) return true;
  for (auto* t = now->tasks.front(); t; t = t->next)
    if (has_begun(*now, static_cast<pool_task&>(*t))) return false;
  return true;
}

}  // namespace reeve::detail
