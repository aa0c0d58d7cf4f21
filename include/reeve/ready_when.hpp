// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/health_policy.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace reeve {

/// When a worker that was started counts as ready. Past its timeout it is ended with
/// `error::start_timeout`.
///
///     spec.ready = reeve::ready_when::tcp([](std::size_t i) { return 8080 + i; }, 5s);
class ready_when {
 public:
  using duration = std::chrono::steady_clock::duration;
  enum class kind { spawned, first_beat, reported, hook };

  static constexpr duration default_timeout = std::chrono::seconds{30};
  static constexpr duration default_interval = std::chrono::milliseconds{50};

  /// Ready by default: as soon as its program was executed.
  ready_when() = default;

  /// As soon as its program was executed.
  static ready_when spawned() { return {}; }

  /// With the first beat on its page.
  static ready_when first_beat(duration timeout = default_timeout) {
    return ready_when{kind::first_beat, timeout, default_interval, {}};
  }

  /// When it says so: `worker::ready()`, or the stage on its page.
  static ready_when reported(duration timeout = default_timeout) {
    return ready_when{kind::reported, timeout, default_interval, {}};
  }

  /// When the hook, asked every `interval`, finds it ok. One attempt may take all of `timeout`.
  static ready_when check(health_hook hook, duration timeout = default_timeout,
                          duration interval = default_interval) {
    return ready_when{kind::hook, timeout, interval, std::move(hook)};
  }

  /// When its TCP port accepts a connection.
  static ready_when tcp(port_of_instance port, duration timeout = default_timeout) {
    return check(health_check::tcp(std::move(port)), timeout);
  }

  kind type() const noexcept { return kind_; }
  duration timeout() const noexcept { return timeout_; }
  duration interval() const noexcept { return interval_; }
  health_hook const& hook() const noexcept { return hook_; }

 private:
  ready_when(kind k, duration timeout, duration interval, health_hook hook)
      : kind_{k}, timeout_{timeout}, interval_{interval}, hook_{std::move(hook)} {}

  kind kind_ = kind::spawned;
  duration timeout_ = default_timeout;
  duration interval_ = default_interval;
  health_hook hook_;
};

}  // namespace reeve
