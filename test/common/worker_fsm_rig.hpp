// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A worker's machine with a clock of its own, the events it may be told, and the situations it may be in.

#include "supervisor/worker_fsm.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace reeve::test {

using namespace std::chrono_literals;

/// The times in the table: "@300" there is a deadline in 300 ms, and so the grace of the signal.
inline constexpr auto ready_timeout = 1000ms;
inline constexpr auto ask_grace = 200ms;
inline constexpr auto signal_grace = 300ms;
inline constexpr auto restart_delay = 100ms;

struct worker_policies {
  restart_policy restart{.mode = restart_mode::on_failure, .delay = restart_delay, .jitter = 0};
  stop_policy stop{.ask_grace = ask_grace, .signal_grace = signal_grace};
};

/// Copied as a whole: a copy goes its own way.
struct worker_rig {
  std::shared_ptr<worker_policies> policies = std::make_shared<worker_policies>();
  bool ready_when_spawned = false;
  bool restarts = true;
  bool by_group = false;
  worker_fsm fsm = make();
  worker_fsm::time_point now{1000s};

  worker_rig() = default;
  worker_rig(worker_rig const&) = default;
  worker_rig& operator=(worker_rig const& other) {
    if (this == &other) return *this;
    std::destroy_at(this);  // a machine may be copied, not assigned
    return *std::construct_at(this, other);
  }
  explicit worker_rig(worker_policies p, bool ready_at_once = false, bool with_restarts = true,
                      bool in_group = false)
      : policies{std::make_shared<worker_policies>(std::move(p))},
        ready_when_spawned{ready_at_once},
        restarts{with_restarts},
        by_group{in_group} {}

  worker_fsm make() const {
    return {{.restart = policies->restart,
             .stop = policies->stop,
             .ready_when_spawned = ready_when_spawned,
             .ready_timeout = ready_timeout,
             .restarts = restarts,
             .restarted_by_group = by_group},
            42,
            7};
  }

  std::uint64_t current() const { return fsm.generation(); }
  std::uint64_t stale() const { return fsm.generation() - 1; }
  /// To the deadline, where there is one.
  worker_rig& wait(worker_fsm::duration past = {}) {
    if (fsm.deadline()) now = *fsm.deadline() + past;
    return *this;
  }
};

inline exit_status const clean = exit_status::from_code(0);
inline exit_status const failing = exit_status::from_code(1);
inline exit_status const crashed = exit_status::from_signal(SIGSEGV, true);

/// Something a machine may be told.
struct worker_input {
  std::string_view name;
  worker_fsm::actions (*tell)(worker_rig&);
};

using rig = worker_rig;
inline constexpr std::array worker_inputs{
    worker_input{"start", [](rig& r) { return r.fsm.start(r.now); }},
    worker_input{"stop", [](rig& r) { return r.fsm.stop(r.now, true); }},
    worker_input{"stop_at_once", [](rig& r) { return r.fsm.stop(r.now, false); }},
    worker_input{"restart", [](rig& r) { return r.fsm.restart(r.now); }},
    worker_input{"restart_at_once", [](rig& r) { return r.fsm.restart(r.now, false); }},
    worker_input{"give_up", [](rig& r) { return r.fsm.give_up(r.now); }},
    worker_input{"turn", [](rig& r) { return r.fsm.turn(r.now); }},
    worker_input{"spawned", [](rig& r) { return r.fsm.spawned(r.current(), r.now); }},
    worker_input{"spawned_stale", [](rig& r) { return r.fsm.spawned(r.stale(), r.now); }},
    worker_input{"spawn_failed", [](rig& r) { return r.fsm.spawn_failed(r.current(), r.now, true); }},
    worker_input{"spawn_failed_unmendable",
                 [](rig& r) { return r.fsm.spawn_failed(r.current(), r.now, false); }},
    worker_input{"spawn_failed_stale", [](rig& r) { return r.fsm.spawn_failed(r.stale(), r.now, true); }},
    worker_input{"said_hello", [](rig& r) { return r.fsm.said_hello(r.current()); }},
    worker_input{"said_hello_stale", [](rig& r) { return r.fsm.said_hello(r.stale()); }},
    worker_input{"ask_refused", [](rig& r) { return r.fsm.ask_refused(r.current(), r.now); }},
    worker_input{"ask_refused_stale", [](rig& r) { return r.fsm.ask_refused(r.stale(), r.now); }},
    worker_input{"ready", [](rig& r) { return r.fsm.ready(r.current(), r.now); }},
    worker_input{"ready_stale", [](rig& r) { return r.fsm.ready(r.stale(), r.now); }},
    worker_input{"heartbeat_lost",
                 [](rig& r) { return r.fsm.unhealthy(r.current(), r.now, exit_cause::heartbeat); }},
    worker_input{"wrote_nonsense",
                 [](rig& r) { return r.fsm.unhealthy(r.current(), r.now, exit_cause::protocol_violation); }},
    worker_input{"check_failed",
                 [](rig& r) { return r.fsm.unhealthy(r.current(), r.now, exit_cause::health_check); }},
    worker_input{"unhealthy_stale",
                 [](rig& r) { return r.fsm.unhealthy(r.stale(), r.now, exit_cause::heartbeat); }},
    worker_input{"exited_clean", [](rig& r) { return r.fsm.exited(r.current(), r.now, clean); }},
    worker_input{"exited_failing", [](rig& r) { return r.fsm.exited(r.current(), r.now, failing); }},
    worker_input{"exited_by_signal", [](rig& r) { return r.fsm.exited(r.current(), r.now, crashed); }},
    worker_input{"exited_unmendable",
                 [](rig& r) { return r.fsm.exited(r.current(), r.now, failing, false); }},
    worker_input{"exited_uncounted",
                 [](rig& r) { return r.fsm.exited(r.current(), r.now, failing, true, false); }},
    worker_input{"exited_stale", [](rig& r) { return r.fsm.exited(r.stale(), r.now, failing); }},
    worker_input{"timer_early", [](rig& r) { return r.fsm.timer(r.wait(-1ns).now); }},
    worker_input{"timer_due", [](rig& r) { return r.fsm.timer(r.wait().now); }},
    worker_input{"timer_much_too_late", [](rig& r) { return r.fsm.timer(r.wait(1h).now); }},
};

inline worker_fsm::actions tell(worker_rig& r, std::string_view name) {
  for (auto const& input : worker_inputs)
    if (input.name == name) return input.tell(r);
  throw std::invalid_argument{"no such input: " + std::string{name}};
}

/// A rig that has been told all this.
template <class... Names>
worker_rig after(worker_rig r, Names... names) {
  (tell(r, names), ...);
  return r;
}

/// A situation by its name.
struct worker_situation {
  std::string_view name;
  worker_rig (*make)();
};

inline worker_rig running_rig() { return after(rig{}, "start", "turn", "spawned", "said_hello", "ready"); }

inline constexpr std::array worker_situations{
    worker_situation{"never started", [] { return rig{}; }},
    worker_situation{"pending", [] { return after(rig{}, "start"); }},
    worker_situation{"starting, spawn in flight", [] { return after(rig{}, "start", "turn"); }},
    worker_situation{"starting", [] { return after(rig{}, "start", "turn", "spawned"); }},
    worker_situation{"running", [] { return running_rig(); }},
    worker_situation{"stopping, spawn in flight", [] { return after(rig{}, "start", "turn", "stop"); }},
    worker_situation{"stopping, asked", [] { return after(running_rig(), "stop"); }},
    worker_situation{"stopping, signalled", [] { return after(running_rig(), "stop", "timer_due"); }},
    worker_situation{"stopping, killed", [] { return after(running_rig(), "stop_at_once"); }},
    worker_situation{"stopping for a restart", [] { return after(running_rig(), "restart"); }},
    worker_situation{"stopping for being unhealthy", [] { return after(running_rig(), "check_failed"); }},
    worker_situation{"backoff", [] { return after(running_rig(), "exited_failing"); }},
    worker_situation{"backoff, waits for its group",
                     [] {
                       return after(rig{worker_policies{}, false, true, true}, "start", "turn", "spawned",
                                    "ready", "exited_failing");
                     }},
    worker_situation{"finished", [] { return after(running_rig(), "exited_clean"); }},
    worker_situation{"failed", [] { return after(running_rig(), "exited_unmendable"); }},
};

inline worker_rig in_situation(std::string_view name) {
  for (auto const& s : worker_situations)
    if (s.name == name) return s.make();
  throw std::invalid_argument{"no such situation: " + std::string{name}};
}

/// What becomes of it when its process, as soon as there is one, fails.
inline worker_state destiny(worker_rig r) {
  tell(r, "turn");
  tell(r, "spawned");
  tell(r, "exited_failing");
  return r.fsm.state();
}

/// "stopping(stopped) @300: +stopping signal": the state and, of one that is stopping, what becomes of it at
/// its end; the time to its deadline in ms; the actions, reports with a plus.
inline std::string describe(worker_rig const& r, worker_fsm::actions const& actions) {
  std::string text = to_string(r.fsm.state());
  if (r.fsm.state() == worker_state::stopping) text += '(' + std::string{to_string(destiny(r))} + ')';
  if (auto const due = r.fsm.deadline())
    text +=
        " @" + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(*due - r.now).count());
  text += ':';
  for (auto const& action : actions) {
    switch (action.what) {
      case worker_action::kind::wait_turn: text += " wait_turn"; break;
      case worker_action::kind::spawn: text += " spawn"; break;
      case worker_action::kind::ask_stop: text += " ask"; break;
      case worker_action::kind::send_signal: text += " signal"; break;
      case worker_action::kind::kill: text += " kill"; break;
      case worker_action::kind::report: text += std::string{" +"} + to_string(action.event); break;
    }
  }
  return text;
}

}  // namespace reeve::test
