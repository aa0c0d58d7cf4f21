// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/group_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <string>

// A group's machine with simulated members, which end and fail when they like, under random commands.

BOOST_AUTO_TEST_SUITE(group_fsm_explore)

namespace {

using namespace reeve;
using namespace std::chrono_literals;
using phase = reeve::group_fsm::phase;

enum class member { down, starting, up, stopping, waiting };

constexpr std::size_t count = 3;

// Answers the machine as worker_group does, for members of one instance.
class world {
 public:
  world(group_strategy s, restart_policy const& policy) : strategy_{s}, fsm_{s, count, policy, 1} {}

  void start() { carry_out(fsm_.start(now_)); }
  void restart() { carry_out(fsm_.restart()); }
  void stop(bool graceful) { carry_out(fsm_.stop(graceful)); }
  void wait(reeve::group_fsm::duration time) {
    now_ += time;
    carry_out(fsm_.timer(now_));
  }

  // What a member does next by itself: what it was told to, or (`well` is false) something worse.
  void move(std::size_t m, bool well, std::mt19937& random) {
    auto& state = members_[m];
    if (state == member::stopping) {
      state = member::down;
    } else if (state == member::starting && well) {
      state = member::up;
    } else if ((state == member::starting || state == member::up) && !well) {
      if (random() % 10 == 0) {
        state = member::down;  // for good
        carry_out(fsm_.member_failed(m));
      } else if (together()) {
        state = member::waiting;
        carry_out(fsm_.member_ended(m, now_));
      }
    }
    look_at(m);
  }

  // Everybody does what it was told to until nothing happens any more.
  void settle(std::mt19937& random) {
    for (int rounds = 0; rounds < 100; ++rounds) {
      for (std::size_t m = 0; m < count; ++m) move(m, true, random);
      if (fsm_.deadline()) wait(*fsm_.deadline() - now_);
      if (quiet()) return;
    }
    require(false, "it never settles");
  }

  // What holds when nothing happens any more.
  void is_settled() {
    bool const all_down = std::ranges::count(members_, member::down) == count;
    bool const all_up = std::ranges::count(members_, member::up) == count;
    bool const is_up = fsm_.current() == phase::up;
    require(is_up || fsm_.current() == phase::down, "it stays between up and down");
    require(std::ranges::find(members_, member::waiting) == members_.end(), "a member waits for ever");
    if (!is_up) require(all_down, "down, and a member is up");
    // One for one, a member may have failed alone.
    if (is_up && together()) require(all_up, "up, and a member is down");
  }

  phase current() const { return fsm_.current(); }
  std::string const& complaint() const { return complaint_; }

 private:
  bool together() const { return strategy_ != group_strategy::one_for_one; }

  bool quiet() const {
    return !fsm_.deadline() && std::ranges::none_of(members_, [](member m) {
      return m == member::starting || m == member::stopping;
    });
  }

  void require(bool ok, char const* what) {
    if (!ok && complaint_.empty()) complaint_ = what;
  }

  bool is_down(std::size_t m) const { return members_[m] == member::down || members_[m] == member::waiting; }

  void carry_out(reeve::group_fsm::actions const& actions) {
    require(actions.size() <= 1, "more than one thing at a time");
    require(fsm_.deadline().has_value() == (fsm_.current() == phase::waiting), "a deadline that is none");
    for (auto const& [what, m] : actions) {
      what == group_action::kind::start ? start_member(m) : stop_member(m);
      look_at(m);
    }
  }

  void start_member(std::size_t m) {
    for (std::size_t before = 0; before < m && together(); ++before)
      require(members_[before] == member::up, "started before the one before it is ready");
    require(members_[m] != member::stopping, "started while it stops");
    if (members_[m] != member::up) members_[m] = member::starting;
  }

  void stop_member(std::size_t m) {
    for (std::size_t later = m + 1; later < count; ++later)
      require(is_down(later), "stopped before the one after it is down");
    auto& state = members_[m];
    if (state == member::up || state == member::starting) state = member::stopping;
    bool const for_good = fsm_.commanded() || fsm_.failing();
    if (state == member::waiting && for_good) state = member::down;
  }

  void look_at(std::size_t m) {
    if (fsm_.starting_member() == m && members_[m] == member::up)
      return carry_out(fsm_.member_ready(m, now_));
    if (fsm_.current() == phase::stopping && is_down(m)) carry_out(fsm_.member_down(m, now_));
  }

  group_strategy strategy_;
  reeve::group_fsm fsm_;
  reeve::group_fsm::time_point now_{1000s};
  std::array<member, count> members_{};
  std::string complaint_;
};

void step(world& w, std::mt19937& random) {
  auto const what = random() % 40;
  if (what == 0) return w.start();
  if (what == 1) return w.restart();
  if (what == 2) return w.stop(random() % 2 == 0);
  if (what < 8) return w.wait(std::chrono::milliseconds{random() % 200});
  w.move(random() % count, random() % 5 != 0, random);
}

void explore(group_strategy s) {
  restart_policy const policy{.delay = 100ms, .max_restarts = 5, .window = 2s};
  std::mt19937 random{20260101};
  int ups = 0;
  int downs = 0;
  world w{s, policy};
  for (int i = 0; i < 60'000; ++i) {
    step(w, random);
    auto rest = w;
    auto other = random;
    rest.settle(other);
    rest.is_settled();
    BOOST_REQUIRE_MESSAGE(w.complaint().empty(), w.complaint() << " in step " << i);
    BOOST_REQUIRE_MESSAGE(rest.complaint().empty(), rest.complaint() << " after step " << i);
    ups += rest.current() == phase::up;
    downs += rest.current() == phase::down;
  }
  BOOST_TEST(ups > 1000);
  BOOST_TEST(downs > 1000);
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_for_one_keeps_its_order_and_always_comes_to_rest) {
  explore(group_strategy::one_for_one);
}

BOOST_AUTO_TEST_CASE(one_for_all_keeps_its_order_and_always_comes_to_rest) {
  explore(group_strategy::one_for_all);
}

BOOST_AUTO_TEST_CASE(rest_for_one_keeps_its_order_and_always_comes_to_rest) {
  explore(group_strategy::rest_for_one);
}

BOOST_AUTO_TEST_SUITE_END()
