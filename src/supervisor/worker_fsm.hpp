// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/exit_record.hpp"
#include "reeve/exit_status.hpp"
#include "reeve/restart_policy.hpp"
#include "reeve/stop_policy.hpp"
#include "reeve/worker_event.hpp"
#include "reeve/worker_status.hpp"
#include "supervisor/restart_budget.hpp"

#include <boost/container/static_vector.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace reeve {

/// What the machine wants done, in order.
struct worker_action {
  enum class kind {
    /// Ask for a place among the workers that may be starting; answer with `turn`.
    wait_turn,
    /// Start the process; answer with `spawned` or `spawn_failed`.
    spawn,
    /// Ask the worker on its control socket to stop; answer with `ask_refused` where that fails.
    ask_stop,
    /// Send the policy's stop signal, then SIGCONT.
    send_signal,
    /// SIGKILL to the group.
    kill,
    /// Tell the world: `event`, with the state as it is then.
    report,
  };
  kind what{};
  event_kind event{};
  worker_state state{};
};

/// Whether a command, or the worker's group, ended it: what comes next was decided with that.
bool is_commanded(exit_cause cause) noexcept;

/// The life of one worker: a pure machine. It is told what happens and when, and says what to do; it knows
/// no clock, no process and no Asio. doc/lifecycle.md shows it as a table.
///
/// Every event of a process carries the generation it belongs to; one that is late for its generation is
/// dropped. The only timer is `deadline()`: call `timer` when it has come.
class worker_fsm {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;
  using actions = boost::container::static_vector<worker_action, 8>;

  struct config {
    restart_policy const& restart;
    stop_policy const& stop;
    /// Ready as soon as it is spawned; otherwise within `ready_timeout`.
    bool ready_when_spawned = true;
    duration ready_timeout{};
    /// false: nothing is restarted.
    bool restarts = true;
    /// A member of a group that restarts together: it asks its group, by waiting in backoff without a
    /// deadline, and does not restart by itself.
    bool restarted_by_group = false;
  };

  /// `seed` is for the jitter; `generation` is that of its last incarnation, if it is not new.
  worker_fsm(config const& c, std::uint64_t seed, std::uint64_t generation = 0) noexcept
      : config_{c}, budget_{c.restart, seed}, generation_{generation} {}

  // Commands: they change what is desired, and the machine gets there.
  actions start(time_point now);
  actions stop(time_point now, bool graceful, exit_cause cause = exit_cause::stop);
  actions restart(time_point now, bool graceful = true, exit_cause cause = exit_cause::restart);
  /// The group has no budget left for it.
  actions give_up(time_point now);

  // What happens.
  actions turn(time_point now);
  actions spawned(std::uint64_t generation, time_point now);
  /// `mendable`: whether another try may succeed.
  actions spawn_failed(std::uint64_t generation, time_point now, bool mendable);
  actions said_hello(std::uint64_t generation);
  actions ask_refused(std::uint64_t generation, time_point now);
  actions ready(std::uint64_t generation, time_point now);
  actions unhealthy(std::uint64_t generation, time_point now, exit_cause cause);
  /// `mendable` as above: a worker whose program lacks its type is not restarted. `counts`: whether a restart
  /// that the policy asks for is one of its budget; else it comes at once.
  actions exited(std::uint64_t generation, time_point now, exit_status status, bool mendable = true,
                 bool counts = true);
  actions timer(time_point now);

  worker_state state() const noexcept { return state_; }
  std::uint64_t generation() const noexcept { return generation_; }
  std::optional<time_point> deadline() const noexcept { return deadline_; }
  /// Why the process was told to end; `itself` while it was not.
  exit_cause cause() const noexcept { return cause_; }
  bool has_process() const noexcept { return process_; }
  bool spawning() const noexcept { return spawning_; }
  /// stopped, finished or failed: nothing will happen without a command.
  bool at_rest() const noexcept;
  /// Of a failed worker: it, or its group, had no restart left.
  bool budget_spent() const noexcept { return budget_spent_; }
  /// Waits for its group to restart it.
  bool waits_for_group() const noexcept;
  /// Whether the budget would be asked for a restart if the process ended like this now.
  bool would_spend(exit_status status, bool mendable) const noexcept;

 private:
  using kind = worker_action::kind;
  enum class rung { none, ask, signal, kill };

  void enter(worker_state state, event_kind event, actions& out);
  void become_running(time_point now, actions& out);
  void become_pending(actions& out);
  void begin_end(time_point now, exit_cause cause, bool graceful, actions& out);
  void hasten_end(time_point now, actions& out);
  void climb(time_point now, rung to, actions& out);
  void ended(time_point now, bool wants_restart, bool mendable, bool counts, actions& out);
  bool policy_restarts(exit_status status) const noexcept;
  bool is_current(std::uint64_t generation) const noexcept { return generation == generation_; }

  config config_;
  restart_budget budget_;
  worker_state state_ = worker_state::stopped;
  bool wanted_ = false;  // the desired state: up or down
  std::uint64_t generation_ = 0;
  bool again_ = false;  // a command came while it was being ended: up again, whatever ended it
  bool spawning_ = false;
  bool process_ = false;
  bool can_be_asked_ = false;
  bool gave_more_time_ = false;
  bool budget_spent_ = false;
  rung rung_ = rung::none;
  bool graceful_ = true;
  exit_cause cause_ = exit_cause::itself;
  std::optional<time_point> ready_at_;  // of this incarnation: what was never ready was never stable
  std::optional<time_point> deadline_;
};

}  // namespace reeve
