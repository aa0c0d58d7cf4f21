// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pipeline/memory_queue.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <random>
#include <string>
#include <utility>

namespace reeve::detail {

namespace asio = boost::asio;

namespace {

constexpr auto was_cancelled = asio::error::operation_aborted;

// Others may run between.
constexpr std::size_t reports_of_a_turn = 64;

// Ours, among those of other sources.
std::string new_id_prefix() { return std::to_string(std::random_device{}()) + '-'; }

}  // namespace

memory_queue::memory_queue(executor_type executor, memory_source_params params)
    : executor_{std::move(executor)}, params_{std::move(params)}, ledger_{params_, new_id_prefix()} {}

// Those who waited for the change are told without the lock: what they own may end with them.
template <class F>
void memory_queue::act(F change) {
  told_waiters told;
  {
    std::lock_guard const lock{mutex_};
    auto const now = clock::now();
    change(now);
    settle(now, told);
  }
  for (auto const& w : told) w->who.post(w->result);
}

// What follows from any change.
void memory_queue::settle(clock::time_point now, told_waiters& told) {
  while (!submitters_.empty() && !closed_) {
    auto& task = submitters_.begin()->second->task;
    if (ledger_.submit(task, now, reports_.size()) == memory_ledger::submission::full) break;
    tell_first(submitters_, {}, told);
  }
  if (ledger_.has_ready()) tell_all(receivers_, {}, told);
  if (ledger_.size() == 0 && reports_.empty()) tell_all(for_empty_, {}, told);
  if (closed_) {
    for (auto* room : {&submitters_, &receivers_, &for_empty_}) tell_all(*room, was_cancelled, told);
  }
  arm();
  post_reports();
}

void memory_queue::tell_first(waiters& room, error_code result, told_waiters& told) {
  auto const first = room.begin();
  first->second->result = result;
  told.push_back(std::move(first->second));
  room.erase(first);
}

void memory_queue::tell_all(waiters& room, error_code result, told_waiters& told) {
  while (!room.empty()) tell_first(room, result, told);
}

// A signal may be emitted when its wait is over: it must not hit a later one.
void memory_queue::wait(waiters memory_queue::*room, handler h, executor_type const& executor,
                        task_message task) {
  auto slot = asio::get_associated_cancellation_slot(h);
  auto made = std::make_unique<waiter>(std::move(h), executor, std::move(task));
  act([&](clock::time_point /*now*/) {
    auto const number = ++waits_;
    (this->*room).emplace(number, std::move(made));
    if (!slot.is_connected()) return;
    slot.assign([weak = weak_from_this(), room, number](asio::cancellation_type type) {
      auto const self = weak.lock();
      if (self && type != asio::cancellation_type::none) self->cancel(room, number);
    });
  });
}

void memory_queue::cancel(waiters memory_queue::*room, std::uint64_t number) {
  std::unique_ptr<waiter> gone;
  {
    std::lock_guard const lock{mutex_};
    auto const found = (this->*room).find(number);
    if (found == (this->*room).end()) return;
    gone = std::move(found->second);
    (this->*room).erase(found);
  }
  gone->who.post(was_cancelled);
}

memory_source_status memory_queue::status() const {
  std::lock_guard const lock{mutex_};
  auto told = ledger_.status();
  told.waiting = submitters_.size();
  return told;
}

void memory_queue::submit(handler h, task_message task) {
  if (!try_submit(task)) return wait(&memory_queue::submitters_, std::move(h), executor_, std::move(task));
  asio::post(executor_, asio::append(std::move(h), error_code{}));
}

bool memory_queue::try_submit(task_message& task) {
  bool taken = false;
  act([&](clock::time_point now) {
    taken = ledger_.submit(task, now, reports_.size()) != memory_ledger::submission::full;
  });
  return taken;
}

void memory_queue::wait_empty(handler h) { wait(&memory_queue::for_empty_, std::move(h), executor_); }

void memory_queue::wait_ready(handler h, executor_type const& executor) {
  wait(&memory_queue::receivers_, std::move(h), executor);
}

std::vector<task_message> memory_queue::take(std::size_t most) {
  std::vector<task_message> taken;
  bool closed = false;
  act([&](clock::time_point now) {
    closed = closed_;
    if (!closed) taken = ledger_.take(most, now);
  });
  if (closed) throw boost::system::system_error{was_cancelled};
  return taken;
}

void memory_queue::publish(std::span<task_outcome const> outcomes) {
  act([&](clock::time_point now) {
    for (auto const& outcome : outcomes) {
      auto task = ledger_.publish(outcome, now);
      if (task && params_.on_outcome) reports_.push_back({*std::move(task), outcome});
    }
  });
}

void memory_queue::keep_alive(std::span<std::uint64_t const> deliveries) {
  act([&](clock::time_point now) { ledger_.keep_alive(deliveries, now); });
}

void memory_queue::close() {
  act([&](clock::time_point /*now*/) { closed_ = true; });
}

// One timer, for what is next. One that rings early looks again.
void memory_queue::arm() {
  auto const next = closed_ ? std::nullopt : ledger_.next();
  if (next && armed_ && *armed_ <= *next) return;
  if (!next && !armed_) return;
  if (auto const old = timer_.lock()) old->cancel();
  armed_ = next;
  if (!next) return;
  auto const timer = std::make_shared<asio::steady_timer>(executor_, *next);
  timer_ = timer;
  timer->async_wait([weak = weak_from_this(), timer](error_code ec) {
    auto const self = weak.lock();
    if (!ec && self) self->rang();
  });
}

void memory_queue::rang() {
  act([&](clock::time_point now) {
    armed_
        .reset();  // even if it is an old one that could not be cancelled any more: `arm` sees to the new one
    ledger_.advance(now);
  });
}

void memory_queue::post_reports() {
  if (reporting_ || reports_.empty() || closed_) return;
  reporting_ = true;
  asio::post(executor_, [weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->make_reports();
  });
}

// What a call throws takes no other with it: they are made by the next turn.
void memory_queue::make_reports() {
  struct end_of_turn {
    memory_queue& queue;
    ~end_of_turn() {
      queue.act([&](clock::time_point /*now*/) {
        queue.next_report(false);
        queue.reporting_ = false;
      });
    }
  };
  end_of_turn const end{*this};
  for (std::size_t n = 0; n < reports_of_a_turn; ++n) {
    report const* next = nullptr;
    act([&](clock::time_point /*now*/) { next = next_report(!closed_); });
    if (!next) return;
    params_.on_outcome(next->task, next->outcome);
  }
}

// The one whose call is over goes now. The next one stays where it is meanwhile: others are added behind it.
memory_queue::report const* memory_queue::next_report(bool goes_on) {
  if (calling_) reports_.pop_front();
  calling_ = goes_on && !reports_.empty();
  return calling_ ? &reports_.front() : nullptr;
}

}  // namespace reeve::detail
