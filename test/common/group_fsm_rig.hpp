// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "supervisor/group_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace reeve::test {

using namespace std::chrono_literals;

inline constexpr auto group_delay = 100ms;

// Three members, 0 to 2, and a clock. What the machine says is written as "start 0", "stop 2", or nothing.
struct group_rig {
  restart_policy policy{.delay = group_delay, .jitter = 0, .max_restarts = 2, .window = 60s};
  group_fsm fsm;
  group_fsm::time_point now{1000s};

  explicit group_rig(group_strategy s, std::size_t members = 3) : fsm{s, members, policy, 1} {}
  group_rig(group_rig const&) = delete;

  std::string start() { return text(fsm.start(now)); }
  std::string stop(bool graceful = true) { return text(fsm.stop(graceful)); }
  std::string restart() { return text(fsm.restart()); }
  std::string ready(std::size_t m) { return text(fsm.member_ready(m, now)); }
  std::string down(std::size_t m) { return text(fsm.member_down(m, now)); }
  std::string ended(std::size_t m) { return text(fsm.member_ended(m, now)); }
  std::string failed(std::size_t m) { return text(fsm.member_failed(m)); }
  std::string timer(group_fsm::duration after = {}) {
    now += after;
    return text(fsm.timer(now));
  }

  // All of it down, from the last to `first`; then the delay.
  void goes_down(std::size_t first = 0) {
    for (std::size_t m = 2; m > first; --m) BOOST_TEST(down(m) == "stop " + std::to_string(m - 1));
    down(first);
  }
  // All of it up, from `first` to the last.
  void comes_up(std::size_t first = 0) {
    for (std::size_t m = first; m < 2; ++m) BOOST_TEST(ready(m) == "start " + std::to_string(m + 1));
    BOOST_TEST(ready(2) == "");
    BOOST_TEST((fsm.current() == group_fsm::phase::up));
  }
  group_rig& up() {
    BOOST_TEST(start() == "start 0");
    comes_up();
    return *this;
  }

 private:
  static std::string text(group_fsm::actions const& actions) {
    std::string out;
    for (auto const& a : actions) {
      if (!out.empty()) out += ", ";
      out += (a.what == group_action::kind::start ? "start " : "stop ") + std::to_string(a.member);
    }
    return out;
  }
};

}  // namespace reeve::test
