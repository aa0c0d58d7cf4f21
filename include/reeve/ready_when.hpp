// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/health_policy.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace reeve {

/// When a worker that was started counts as ready. Past its timeout it is ended with
/// `error::start_timeout`. Timeouts and intervals are 1 ms to a year.
///
///     spec.ready = reeve::ready_when::tcp([](std::size_t i) { return 8080 + i; }, 5s);
class ready_when {
 public:
  /// Of timeouts and intervals.
  using duration = std::chrono::steady_clock::duration;
  /// Each is made by the function of its name; `hook` by `check` and `tcp`.
  enum class kind { spawned, first_beat, reported, hook };

  /// How long a worker has to become ready, where nothing else is said.
  static constexpr duration default_timeout = std::chrono::seconds{30};
  /// How long to wait between two looks at its page or calls of its hook, where nothing else is said.
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

  /// When the hook, asked at once and then `interval` after each answer, finds it ok. One attempt may take
  /// all of `timeout`.
  static ready_when check(health_hook hook, duration timeout = default_timeout,
                          duration interval = default_interval) {
    return ready_when{kind::hook, timeout, interval, std::move(hook)};
  }

  /// When a connection to its TCP port on 127.0.0.1 is accepted. By anybody: where another process listens on
  /// that port too, the worker is called ready though it is not.
  static ready_when tcp(port_of_instance port, duration timeout = default_timeout) {
    return check(health_check::tcp(std::move(port)), timeout);
  }

  /// What is waited for.
  kind type() const noexcept { return kind_; }
  /// How long it may take from the start. Not used for `spawned`.
  duration timeout() const noexcept { return timeout_; }
  /// The wait between two looks or calls. Not used for `spawned`.
  duration interval() const noexcept { return interval_; }
  /// The hook; empty for all kinds but `hook`.
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
