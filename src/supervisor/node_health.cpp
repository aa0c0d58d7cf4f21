// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/node_health.hpp"

namespace reeve {

node_health::node_health(boost::asio::any_io_executor strand, boost::asio::any_io_executor user,
                         std::weak_ptr<void const> owner, std::shared_ptr<worker_spec const> spec,
                         callbacks calls)
    : spec_{std::move(spec)},
      calls_{std::move(calls)},
      timer_{strand},
      runner_{strand, std::move(user), std::move(owner)} {}

void node_health::watch_readiness() {
  switch (spec_->ready.type()) {
    case ready_when::kind::spawned: return;
    case ready_when::kind::hook: return ask_ready();
    default: return after(spec_->ready.interval(), &node_health::ask_page);
  }
}

void node_health::watch_health() {
  if (spec_->health.check) after(spec_->health.interval, &node_health::ask_health);
}

void node_health::after(std::chrono::steady_clock::duration wait, void (node_health::*next)()) {
  timer_.expires_after(wait);
  timer_.async_wait([this, next, weak = std::weak_ptr{alive_}](error_code ec) {
    if (!ec && !weak.expired()) (this->*next)();
  });
}

void node_health::ask_page() {
  if (calls_.page_says_ready()) {
    auto const ready = calls_.ready;
    return ready();
  }
  after(spec_->ready.interval(), &node_health::ask_page);
}

void node_health::ask_ready() {
  runner_.run(spec_->ready.hook(), calls_.view(), spec_->ready.timeout(),
              [this](health_result const& result) { ready_answer(result); });
}

void node_health::ready_answer(health_result const& result) {
  if (result.ok) {
    auto const ready = calls_.ready;
    return ready();
  }
  last_reason_ = result.reason;
  after(spec_->ready.interval(), &node_health::ask_ready);
}

void node_health::ask_health() {
  runner_.run(spec_->health.check, calls_.view(), spec_->health.timeout,
              [this](health_result const& result) { health_answer(result); });
}

void node_health::health_answer(health_result const& result) {
  failures_ = result.ok ? 0 : failures_ + 1;
  if (failures_ >= spec_->health.failures) {
    auto const unhealthy = calls_.unhealthy;
    return unhealthy(result.reason);
  }
  watch_health();
}

}  // namespace reeve
