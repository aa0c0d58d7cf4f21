// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/worker_fsm.hpp"

#include <algorithm>

namespace reeve {

using state = worker_state;

bool is_commanded(exit_cause cause) noexcept {
  return cause == exit_cause::stop || cause == exit_cause::restart || cause == exit_cause::group ||
         cause == exit_cause::limit;
}

// ---- commands --------------------------------------------------------------------------------------------

worker_fsm::actions worker_fsm::start(time_point) {
  actions out;
  wanted_ = true;
  if (state_ == state::stopping) again_ = true;
  if (at_rest()) budget_.reset();
  if (at_rest() || state_ == state::backoff) become_pending(out);
  return out;
}

worker_fsm::actions worker_fsm::stop(time_point now, bool graceful, exit_cause cause) {
  actions out;
  wanted_ = again_ = false;
  if (state_ == state::pending || state_ == state::backoff) {
    enter(state::stopped, event_kind::stopped, out);
  } else if (state_ == state::starting || state_ == state::running) {
    begin_end(now, cause, graceful, out);
  } else if (!graceful) {
    hasten_end(now, out);
  }
  return out;
}

worker_fsm::actions worker_fsm::restart(time_point now, bool graceful, exit_cause cause) {
  if (state_ != state::starting && state_ != state::running) {
    auto out = start(now);
    if (!graceful) hasten_end(now, out);
    return out;
  }
  actions out;
  wanted_ = true;
  begin_end(now, cause, graceful, out);
  return out;
}

worker_fsm::actions worker_fsm::give_up(time_point) {
  actions out;
  if (!waits_for_group()) return out;
  wanted_ = false;
  budget_spent_ = true;
  enter(state::failed, event_kind::failed, out);
  return out;
}

// ---- what happens ----------------------------------------------------------------------------------------

worker_fsm::actions worker_fsm::turn(time_point now) {
  actions out;
  if (state_ != state::pending) return out;
  ++generation_;
  spawning_ = true;
  cause_ = exit_cause::itself;
  rung_ = rung::none;
  again_ = can_be_asked_ = gave_more_time_ = budget_spent_ = false;
  ready_at_.reset();
  state_ = state::starting;
  if (!config_.ready_when_spawned) deadline_ = now + config_.ready_timeout;
  out.push_back({.what = kind::spawn});
  return out;
}

worker_fsm::actions worker_fsm::spawned(std::uint64_t generation, time_point now) {
  actions out;
  if (!is_current(generation) || !spawning_) return out;
  spawning_ = false;
  process_ = true;
  out.push_back({.what = kind::report, .event = event_kind::spawned, .state = state_});
  if (state_ == state::stopping) {  // it was told to end while it was being started
    climb(now, graceful_ ? rung::ask : rung::kill, out);
  } else if (config_.ready_when_spawned) {
    become_running(now, out);
  }
  return out;
}

worker_fsm::actions worker_fsm::spawn_failed(std::uint64_t generation, time_point now, bool mendable) {
  actions out;
  if (!is_current(generation) || !spawning_) return out;
  spawning_ = false;
  out.push_back({.what = kind::report, .event = event_kind::exited, .state = state_});
  ended(now, true, mendable && config_.restarts && config_.restart.mode != restart_mode::never, true, out);
  return out;
}

worker_fsm::actions worker_fsm::said_hello(std::uint64_t generation) {
  if (is_current(generation)) can_be_asked_ = true;
  return {};
}

worker_fsm::actions worker_fsm::ask_refused(std::uint64_t generation, time_point now) {
  actions out;
  if (is_current(generation) && state_ == state::stopping && rung_ == rung::ask)
    climb(now, rung::signal, out);
  return out;
}

worker_fsm::actions worker_fsm::ready(std::uint64_t generation, time_point now) {
  actions out;
  if (is_current(generation) && process_ && state_ == state::starting) become_running(now, out);
  return out;
}

worker_fsm::actions worker_fsm::unhealthy(std::uint64_t generation, time_point now, exit_cause cause) {
  actions out;
  if (!is_current(generation) || !process_) return out;
  if (state_ != state::starting && state_ != state::running) return out;
  out.push_back({.what = kind::report, .event = event_kind::unhealthy, .state = state_});
  // A hung or lying worker is past asking; one that merely answers badly may still end well.
  begin_end(now, cause, cause != exit_cause::heartbeat && cause != exit_cause::protocol_violation, out);
  return out;
}

worker_fsm::actions worker_fsm::exited(std::uint64_t generation, time_point now, exit_status status,
                                       bool mendable, bool counts) {
  actions out;
  if (!is_current(generation) || !process_) return out;
  process_ = false;
  out.push_back({.what = kind::report, .event = event_kind::exited, .state = state_});
  ended(now, policy_restarts(status), mendable, counts, out);
  return out;
}

worker_fsm::actions worker_fsm::timer(time_point now) {
  actions out;
  if (!deadline_ || now < *deadline_) return out;
  if (state_ == state::backoff) {
    become_pending(out);
  } else if (state_ == state::stopping) {
    climb(now, rung_ == rung::ask ? rung::signal : rung::kill, out);
  } else if (state_ == state::starting) {
    // A deadline that is noticed much too late was slept through by the supervisor itself, and by the worker
    // perhaps: it gets half its time again, once.
    auto const half = config_.ready_timeout / 2;
    if (now - *deadline_ > half && !gave_more_time_) {
      gave_more_time_ = true;
      deadline_ = now + half;
      return out;
    }
    out.push_back({.what = kind::report, .event = event_kind::unhealthy, .state = state_});
    begin_end(now, exit_cause::start_timeout, true, out);
  }
  return out;
}

bool worker_fsm::at_rest() const noexcept {
  return state_ == state::stopped || state_ == state::finished || state_ == state::failed;
}

bool worker_fsm::waits_for_group() const noexcept {
  return config_.restarted_by_group && state_ == state::backoff;
}

bool worker_fsm::would_spend(exit_status status, bool mendable) const noexcept {
  bool const decided = !wanted_ || again_ || is_commanded(cause_);
  return process_ && !decided && mendable && config_.restarts && !config_.restarted_by_group &&
         policy_restarts(status);
}

// ---- transitions -----------------------------------------------------------------------------------------

void worker_fsm::enter(worker_state next, event_kind event, actions& out) {
  state_ = next;
  deadline_.reset();
  out.push_back({.what = kind::report, .event = event, .state = next});
}

void worker_fsm::become_running(time_point now, actions& out) {
  ready_at_ = now;
  enter(state::running, event_kind::ready, out);
}

void worker_fsm::become_pending(actions& out) {
  state_ = state::pending;
  deadline_.reset();
  out.push_back({.what = kind::wait_turn});
}

void worker_fsm::begin_end(time_point now, exit_cause cause, bool graceful, actions& out) {
  cause_ = cause;
  graceful_ = graceful;
  enter(state::stopping, event_kind::stopping, out);
  if (process_) climb(now, graceful ? rung::ask : rung::kill, out);
}

// Of one that is stopping gracefully: it has no grace any more.
void worker_fsm::hasten_end(time_point now, actions& out) {
  if (state_ != state::stopping || !graceful_) return;
  graceful_ = false;
  if (process_) climb(now, rung::kill, out);
}

// The stop ladder: from the rung asked for up to the first that applies.
void worker_fsm::climb(time_point now, rung to, actions& out) {
  auto const& policy = config_.stop;
  if (to == rung::ask && (!can_be_asked_ || policy.ask_grace <= duration::zero())) to = rung::signal;
  if (to == rung::signal && policy.signal_grace <= duration::zero()) to = rung::kill;
  if (to <= rung_) return;
  rung_ = to;
  deadline_.reset();
  switch (to) {
    case rung::ask:
      deadline_ = now + policy.ask_grace;
      out.push_back({.what = kind::ask_stop});
      break;
    case rung::signal:
      deadline_ = now + policy.signal_grace;
      out.push_back({.what = kind::send_signal});
      break;
    default: out.push_back({.what = kind::kill});
  }
}

// The process is gone, or never was: what next?
void worker_fsm::ended(time_point now, bool wants_restart, bool mendable, bool counts, actions& out) {
  deadline_.reset();
  if (!wanted_) return enter(state::stopped, event_kind::stopped, out);
  if (is_commanded(cause_) || again_) return become_pending(out);
  if (!mendable) return enter(state::failed, event_kind::failed, out);
  if (!config_.restarts || !wants_restart) return enter(state::finished, event_kind::finished, out);
  if (config_.restarted_by_group) return enter(state::backoff, event_kind::backoff, out);
  auto const uptime = ready_at_ ? now - *ready_at_ : duration::zero();
  if (!counts) {
    budget_.spare(uptime);
    return become_pending(out);
  }
  if (auto const wait = budget_.spend(now, uptime)) {
    enter(state::backoff, event_kind::backoff, out);
    deadline_ = now + *wait;
  } else {
    budget_spent_ = true;
    enter(state::failed, event_kind::failed, out);
  }
}

bool worker_fsm::policy_restarts(exit_status status) const noexcept {
  auto const& policy = config_.restart;
  auto const among = [](auto const& list, int value) { return std::ranges::find(list, value) != list.end(); };
  if (policy.mode != restart_mode::on_failure) return policy.mode == restart_mode::always;
  if (cause_ != exit_cause::itself) return true;  // it was ended for being unhealthy, however it went
  return !(status.exited() && among(policy.clean_exit_codes, status.code())) &&
         !(status.signaled() && among(policy.clean_signals, status.signal()));
}

}  // namespace reeve
