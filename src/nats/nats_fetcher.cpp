// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats/nats_fetcher.hpp"

#include "nats/nats_connect.hpp"
#include "nats/nats_error.hpp"
#include "nats/nats_messages.hpp"
#include "nats/nats_puller.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace reeve::detail {
namespace {

using namespace std::chrono_literals;

// So long a task that nobody takes stays here. Handing it back costs it an attempt.
constexpr std::chrono::seconds kept_for = 1s;
// At the end, for what is handed back to be on its way.
constexpr std::chrono::milliseconds last_flush = 500ms;

}  // namespace

nats_fetcher::nats_fetcher(context_door door, std::shared_ptr<nats_link> link,
                           std::shared_ptr<delivery_map> deliveries, nats_names names)
    : door_{std::move(door)},
      link_{std::move(link)},
      deliveries_{std::move(deliveries)},
      names_{std::move(names)} {}

void nats_fetcher::fetch(std::shared_ptr<call> waiter, std::size_t most) {
  std::lock_guard const lock{mutex_};
  if (closed_) return waiter->abort();
  waiter_ = std::move(waiter);
  most_ = std::max<std::size_t>(most, 1);
  if (!ready_.empty()) return give();
  start();
  changed_.notify_all();
}

// With the lock, as all below that do not take it.
void nats_fetcher::start() try {
  if (started_) return;
  link_->run_thread("reeve-fetch", shared_from_this());
  started_ = true;
} catch (std::exception const& e) {
  waiter_->complete(unavailable(e.what()), {});
}

void nats_fetcher::close() {
  std::lock_guard const lock{mutex_};
  closed_ = true;
  if (waiter_) waiter_->abort();
  changed_.notify_all();
}

void nats_fetcher::run() {
  nats_puller puller{*link_, names_};
  while (wait_for_work(puller.asked())) {
    try {
      work(puller);
    } catch (nats_failure const& e) {
      if (e.missing()) link_->recheck();
      fail(e.what());
    } catch (std::exception const& e) {
      fail(e.what());
    }
  }
  end(puller);
}

/// Whether there may be more.
bool nats_fetcher::wait_for_work(bool asked) {
  std::unique_lock lock{mutex_};
  while (!closed_ && !asked && !is_wanted()) {
    if (waits()) ready_since_ = clock::now();  // it is given them as soon as its executor gets to it
    if (ready_.empty()) {
      changed_.wait(lock);
    } else if (clock::now() >= ready_since_ + kept_for) {
      break;
    } else {
      changed_.wait_until(lock, ready_since_ + kept_for);
    }
  }
  return !closed_;
}

void nats_fetcher::work(nats_puller& puller) {
  std::size_t most = 0;
  std::deque<task_message> unwanted;
  {
    std::lock_guard const lock{mutex_};
    if (is_wanted()) most = most_;
    if (!ready_.empty() && !waits() && clock::now() >= ready_since_ + kept_for) unwanted.swap(ready_);
  }
  if (!unwanted.empty() && puller.connection()) drop(puller.connection(), unwanted);
  keep(puller.receive(most));
}

void nats_fetcher::keep(std::vector<nats_ptr<natsMsg>> messages) {
  if (messages.empty()) return;
  std::vector<task_message> tasks;
  tasks.reserve(messages.size());
  for (auto const& message : messages) tasks.push_back(to_task(message.get(), names_));
  std::vector<std::uint64_t> numbers;
  deliveries_->add(messages, numbers);
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].delivery = numbers[i];
  {
    std::lock_guard const lock{mutex_};
    ready_.insert(ready_.end(), std::move_iterator{tasks.begin()}, std::move_iterator{tasks.end()});
    ready_since_ = clock::now();
  }
  door_.post([self = shared_from_this()] {
    std::lock_guard const lock{self->mutex_};
    self->give();
  });
}

// To who waits, if anybody does.
void nats_fetcher::give() {
  if (!waiter_ || waiter_->done() || ready_.empty()) return;
  auto const count = std::min(most_, ready_.size());
  auto const end = ready_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<task_message> tasks{std::move_iterator{ready_.begin()}, std::move_iterator{end}};
  if (waiter_->complete(nullptr, std::move(tasks)))
    ready_.erase(ready_.begin(), end);
  else
    std::ranges::move(tasks, ready_.begin());  // cancelled just now
  waiter_.reset();
}

void nats_fetcher::fail(std::string const& why) {
  std::shared_ptr<call> waiter;
  {
    std::lock_guard const lock{mutex_};
    if (!is_wanted()) return;
    waiter.swap(waiter_);
  }
  waiter->end_from(door_, why);
}

void nats_fetcher::drop(natsConnection* connection, std::deque<task_message> const& tasks) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(tasks.size());
  for (auto const& task : tasks) numbers.push_back(task.delivery);
  for (auto const& message : deliveries_->take(numbers)) hand_back(connection, message.get());
}

/// What nobody was given is handed back.
void nats_fetcher::end(nats_puller& puller) {
  auto const left = puller.end();
  std::deque<task_message> unwanted;
  {
    std::lock_guard const lock{mutex_};
    unwanted.swap(ready_);
  }
  auto* const connection = puller.connection();
  if (!connection || (left.empty() && unwanted.empty())) return;
  for (auto const& message : left) hand_back(connection, message.get());
  drop(connection, unwanted);
  auto const limit = std::min<clock::duration>(link_->params().timeout, last_flush);
  static_cast<void>(natsConnection_FlushTimeout(connection, in_milliseconds(limit)));
}

}  // namespace reeve::detail
