// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/exit_record.hpp"
#include "reeve/worker_spec.hpp"
#include "supervisor/restart_budget.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace reeve {

/// What a group wants done with one of its members. A member is a spec: all of its instances.
struct group_action {
  enum class kind {
    /// Start the member; answer with `member_ready` once all its instances are ready.
    start,
    /// Stop it, because of the group or by command; answer with `member_down` once none of its instances is
    /// stopping any more. One that a command has started again by then stays up.
    stop,
  };
  kind what{};
  std::size_t member = 0;
};

/// The order of a group: who is started and stopped when. A pure machine; time comes in, actions go out.
///
/// A restart of the group is: those affected are stopped in reverse order, one after the other; the delay
/// passes; they are started in order, each when the one before it is ready.
class group_fsm {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;
  using actions = std::vector<group_action>;
  enum class phase { down, starting, up, stopping, waiting };

  group_fsm(group_strategy strategy, std::size_t members, restart_policy const& policy, std::uint64_t seed)
      : strategy_{strategy}, members_{members}, budget_{policy, seed} {}

  // Commands.
  actions start(time_point now);
  actions stop(bool graceful);
  actions restart(bool graceful = true, exit_cause cause = exit_cause::restart);

  // What happens.
  actions member_ready(std::size_t member, time_point now);
  /// The member was stopped, and none of its instances is stopping any more.
  actions member_down(std::size_t member, time_point now);
  /// An instance of the member ended in a way that its policy restarts, and waits for the group.
  actions member_ended(std::size_t member, time_point now);
  /// An instance of the member is down for good, or was never ready.
  actions member_failed(std::size_t member);
  actions timer(time_point now);

  phase current() const noexcept { return phase_; }
  std::optional<time_point> deadline() const noexcept { return deadline_; }
  /// The last stop was asked to be graceful.
  bool graceful() const noexcept { return graceful_; }
  /// The stop that goes on (or went last) was commanded, and for good.
  bool commanded() const noexcept { return after_ == after::nothing; }
  /// Why the members are stopped: a command, or what happened to another of them.
  exit_cause cause() const noexcept { return cause_; }
  /// The group goes down (or went down) because its budget is spent or a member failed for good.
  bool failing() const noexcept { return after_ == after::failure; }
  /// The member that is being started, where one is.
  std::optional<std::size_t> starting_member() const noexcept {
    return phase_ == phase::starting ? std::optional{at_} : std::nullopt;
  }

 private:
  using kind = group_action::kind;
  enum class after { nothing, restart, failure };

  actions begin_stop(std::size_t first, after then, exit_cause cause);
  actions stopped(time_point now);
  actions begin_start(std::size_t first, time_point now);

  group_strategy strategy_;
  std::size_t members_;
  restart_budget budget_;
  phase phase_ = phase::down;
  after after_ = after::nothing;
  exit_cause cause_ = exit_cause::stop;
  bool graceful_ = true;
  std::size_t first_ = 0;  // the first member of the range that is started or stopped
  std::size_t at_ = 0;     // the member that is being started or stopped
  duration wait_{};
  time_point up_since_{};
  std::optional<time_point> deadline_;
};

}  // namespace reeve
