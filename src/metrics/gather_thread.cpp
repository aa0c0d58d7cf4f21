// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/gather_thread.hpp"

#include "core/all_signals_blocked.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <pthread.h>

namespace reeve::detail {
namespace {

std::shared_ptr<gathered const> answer_of(gather_thread::question const& ask) {
  try {
    return std::make_shared<gathered const>(gathered{.good = true, .text = ask()});
  } catch (std::exception const& e) {
    return std::make_shared<gathered const>(gathered{.good = false, .text = e.what()});
  }
}

void tell(std::vector<gather_thread::listener> const& all,
          std::shared_ptr<gathered const> const& answer) noexcept {
  for (auto const& listener : all) {
    try {
      listener(answer);
    } catch (...) {
      // No memory to tell him: he runs into his deadline.
    }
  }
}

}  // namespace

gather_thread::gather_thread(std::vector<question> questions) {
  inquiries_.reserve(questions.size());
  for (auto& ask : questions) inquiries_.push_back({.answer = std::move(ask), .waiting = {}});
}

gather_thread::~gather_thread() { stop(); }

void gather_thread::start() {
  if (thread_.joinable()) return;
  all_signals_blocked const blocked;
  thread_ = std::thread{[this] { run(); }};
}

void gather_thread::stop() noexcept {
  std::unique_lock lock{mutex_};
  stopping_ = true;
  changed_.notify_one();
  lock.unlock();
  if (thread_.joinable()) thread_.join();
  for (auto& i : inquiries_) tell(std::exchange(i.waiting, {}), nullptr);
}

void gather_thread::ask(std::size_t number, listener who) {
  std::unique_lock lock{mutex_};
  if (!stopping_) {
    inquiries_[number].waiting.push_back(std::move(who));
    changed_.notify_one();
    return;
  }
  lock.unlock();
  tell({std::move(who)}, nullptr);
}

void gather_thread::run() {
  ::pthread_setname_np(::pthread_self(), "reeve-metrics");
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || anybody_waits(); });
    if (stopping_) return;
    answer_all(lock);
  }
}

bool gather_thread::anybody_waits() const noexcept {
  return std::ranges::any_of(inquiries_, [](inquiry const& i) { return !i.waiting.empty(); });
}

void gather_thread::answer_all(std::unique_lock<std::mutex>& lock) {
  for (auto& i : inquiries_) {
    if (i.waiting.empty()) continue;
    auto const waiting = std::exchange(i.waiting, {});
    lock.unlock();
    tell(waiting, answer_of(i.answer));
    lock.lock();
  }
}

}  // namespace reeve::detail
