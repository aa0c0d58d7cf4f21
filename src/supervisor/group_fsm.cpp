// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/group_fsm.hpp"

#include <algorithm>

namespace reeve {

group_fsm::actions group_fsm::start(time_point now) {
  if (phase_ == phase::starting || phase_ == phase::up) return {};
  if (phase_ == phase::stopping) {  // it starts again once it is down
    if (after_ != after::restart) {
      budget_.reset();
      after_ = after::restart;
      wait_ = duration::zero();
    }
    return {};
  }
  if (phase_ == phase::down) budget_.reset();
  return begin_start(0, now);
}

group_fsm::actions group_fsm::stop(bool graceful) {
  // A stop that goes on begins anew: those that it has passed may wait for the group, and must not any more.
  graceful_ = graceful && (graceful_ || phase_ != phase::stopping);
  return begin_stop(0, after::nothing, exit_cause::stop);
}

group_fsm::actions group_fsm::restart(bool graceful, exit_cause cause) {
  wait_ = duration::zero();
  if (phase_ == phase::down || failing()) budget_.reset();  // a command gives a new budget
  // A stop that goes on begins anew: those that it has passed may have been started again, and are to be restarted.
  graceful_ = graceful && (graceful_ || phase_ != phase::stopping);
  return begin_stop(0, after::restart, cause);
}

group_fsm::actions group_fsm::member_ready(std::size_t member, time_point now) {
  if (phase_ != phase::starting || member != at_) return {};
  if (++at_ < members_) return {{kind::start, at_}};
  phase_ = phase::up;
  up_since_ = now;
  return {};
}

group_fsm::actions group_fsm::member_down(std::size_t member, time_point now) {
  if (phase_ != phase::stopping || member != at_) return {};
  if (at_ == first_) return stopped(now);
  return {{kind::stop, --at_}};
}

group_fsm::actions group_fsm::member_ended(std::size_t member, time_point now) {
  if (strategy_ == group_strategy::one_for_one) return {};
  if (phase_ == phase::stopping || phase_ == phase::waiting) {  // part of the same incident
    bool const beyond = after_ == after::restart && member < first_;
    if (!beyond) return {};
    if (phase_ == phase::waiting) return begin_stop(member, after::restart, cause_);
    first_ = member;
    return {};
  }
  if (phase_ == phase::down) return {};
  // A command may have started it before its turn: the group still has to start those before it.
  bool const all = strategy_ == group_strategy::one_for_all;
  auto const first = all ? 0 : phase_ == phase::starting ? std::min(member, at_) : member;
  auto const uptime = phase_ == phase::up ? now - up_since_ : duration::zero();
  auto const wait = budget_.spend(now, uptime);
  graceful_ = true;
  if (!wait) return begin_stop(0, after::failure, exit_cause::group);
  wait_ = *wait;
  return begin_stop(first, after::restart, exit_cause::group);
}

group_fsm::actions group_fsm::member_failed(std::size_t member) {
  bool const start_failed = phase_ == phase::starting && member == at_;
  bool const together = strategy_ != group_strategy::one_for_one;
  bool const going = phase_ != phase::down && !(phase_ == phase::stopping && after_ != after::restart);
  if (!start_failed && !(together && going)) return {};
  graceful_ = true;
  return begin_stop(0, after::failure, exit_cause::group);
}

group_fsm::actions group_fsm::timer(time_point now) {
  if (phase_ != phase::waiting || !deadline_ || now < *deadline_) return {};
  return begin_start(first_, now);
}

group_fsm::actions group_fsm::begin_start(std::size_t first, time_point now) {
  deadline_.reset();
  phase_ = phase::starting;
  first_ = at_ = first;
  if (members_ == 0) {
    phase_ = phase::up;
    up_since_ = now;
    return {};
  }
  return {{kind::start, first}};
}

group_fsm::actions group_fsm::begin_stop(std::size_t first, after then, exit_cause cause) {
  deadline_.reset();
  phase_ = phase::stopping;
  after_ = then;
  cause_ = cause;
  first_ = first;
  if (members_ == 0) return {};
  at_ = members_ - 1;
  return {{kind::stop, at_}};
}

group_fsm::actions group_fsm::stopped(time_point now) {
  if (after_ == after::restart) {
    phase_ = phase::waiting;
    deadline_ = now + wait_;
    return timer(now);
  }
  phase_ = phase::down;
  return {};
}

}  // namespace reeve
