// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "supervisor/group_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <string>
#include <utility>
#include <vector>

// A group's machine with simulated members, which end and fail when they like, under random commands: to the
// group, to an instance alone, and to change the number of instances.

BOOST_AUTO_TEST_SUITE(group_fsm_explore)

namespace {

using namespace reeve;
using namespace std::chrono_literals;
using phase = reeve::group_fsm::phase;

enum class state { down, starting, up, stopping, waiting };

struct instance {
  state now = state::down;
  bool again = false;      // a command wants it up again once it has stopped
  bool kept_down = false;  // by a command for it alone
  bool alone = false;      // the last command was for it alone: the order is not for it
};

constexpr std::size_t count = 3;

// Answers the machine as worker_group does.
class world {
 public:
  world(group_strategy s, restart_policy const& policy) : strategy_{s}, fsm_{s, count, policy, 1} {}

  // ---- commands to the group

  void start() {
    if (fsm_.current() == phase::down) release_all();
    carry_out(fsm_.start(now_));
  }
  void restart() {
    release_all();
    carry_out(fsm_.restart());
  }
  void stop(bool graceful) { carry_out(fsm_.stop(graceful)); }
  void wait(reeve::group_fsm::duration time) {
    now_ += time;
    carry_out(fsm_.timer(now_));
  }

  // ---- commands to an instance

  void start_alone(std::size_t m, std::size_t i) {
    auto& it = members_[m][i];
    it.alone = true;
    it.kept_down = false;
    if (it.now == state::stopping)
      it.again = true;
    else if (it.now != state::up)
      it.now = state::starting;
  }

  void restart_alone(std::size_t m, std::size_t i) {
    start_alone(m, i);
    auto& it = members_[m][i];
    if (it.now != state::up) return;
    it.now = state::stopping;
    it.again = true;
  }

  void stop_alone(std::size_t m, std::size_t i) {
    auto& it = members_[m][i];
    it.alone = it.kept_down = true;
    tell_to_stop(it);
    look_at(m);
  }

  // The last instance goes, whatever it does, or one more comes.
  void shrink(std::size_t m) {
    members_[m].pop_back();
    look_at(m);
  }
  void grow(std::size_t m) { members_[m].push_back({.now = state::starting, .alone = true}); }

  // ---- what happens

  // What an instance does next by itself: what it was told to, or (`well` is false) something worse.
  void move(std::size_t m, std::size_t i, bool well, std::mt19937& random) {
    auto& it = members_[m][i];
    if (it.now == state::stopping) {
      it.now = std::exchange(it.again, false) ? state::starting : state::down;
    } else if (it.now == state::starting && well) {
      it.now = state::up;
    } else if ((it.now == state::starting || it.now == state::up) && !well) {
      if (random() % 10 == 0) {
        it.now = state::down;  // for good
        carry_out(fsm_.member_failed(m));
      } else if (together()) {
        it.now = state::waiting;
        carry_out(fsm_.member_ended(m, now_));
        if (fsm_.current() == phase::down) it.now = state::down;  // given up
      }
    }
    look_at(m);
  }

  // Everybody does what it was told to until nothing happens any more.
  void settle(std::mt19937& random) {
    for (int rounds = 0; rounds < 100; ++rounds) {
      for (std::size_t m = 0; m < count; ++m)
        for (std::size_t i = 0; i < members_[m].size(); ++i) move(m, i, true, random);
      if (fsm_.deadline()) wait(*fsm_.deadline() - now_);
      if (quiet()) return;
    }
    require(false, "it never settles");
  }

  // What holds when nothing happens any more.
  void is_settled() {
    bool const is_up = fsm_.current() == phase::up;
    require(is_up || fsm_.current() == phase::down, "it stays between up and down");
    for (auto const& member : members_) {
      for (auto const& it : member) {
        require(it.now != state::waiting, "one waits for ever");
        if (!is_up) require(it.now == state::down || it.alone, "down, and one is up");
        // One for one, it may have failed alone.
        if (is_up && together()) require(it.now == state::up || it.kept_down, "up, and one is down");
        require(!it.kept_down || it.now == state::down, "one was started that a command keeps down");
      }
    }
  }

  std::size_t size(std::size_t m) const { return members_[m].size(); }
  phase current() const { return fsm_.current(); }
  std::string const& complaint() const { return complaint_; }

 private:
  bool together() const { return strategy_ != group_strategy::one_for_one; }

  bool quiet() const {
    return !fsm_.deadline() && std::ranges::all_of(members_, [](auto const& member) {
      return std::ranges::none_of(
          member, [](auto const& it) { return it.now == state::starting || it.now == state::stopping; });
    });
  }

  void require(bool ok, char const* what) {
    if (!ok && complaint_.empty()) complaint_ = what;
  }

  void release_all() {
    for (auto& member : members_)
      for (auto& it : member) it.kept_down = false;
  }

  static void tell_to_stop(instance& it) {
    it.again = false;
    if (it.now == state::up || it.now == state::starting) it.now = state::stopping;
    if (it.now == state::waiting) it.now = state::down;
  }

  void carry_out(reeve::group_fsm::actions const& actions) {
    require(actions.size() <= 1, "more than one thing at a time");
    require(fsm_.deadline().has_value() == (fsm_.current() == phase::waiting), "a deadline that is none");
    for (auto const& [what, m] : actions) {
      what == group_action::kind::start ? start_member(m) : stop_member(m);
      look_at(m);
    }
    if (fsm_.current() != phase::down) return;
    for (auto& member : members_)
      for (auto& it : member)
        if (it.now == state::waiting) it.now = state::down;
  }

  void start_member(std::size_t m) {
    for (std::size_t before = 0; before < m && together(); ++before)
      for (auto const& it : members_[before])
        require(it.now == state::up || it.kept_down || it.alone, "started before the one before it is ready");
    for (auto& it : members_[m]) {
      require(it.now != state::stopping || it.alone, "started while it stops");
      if (it.now == state::up || it.kept_down) continue;
      if (it.now == state::stopping)
        it.again = true;
      else
        it.now = state::starting;
      it.alone = false;
    }
  }

  void stop_member(std::size_t m) {
    for (std::size_t later = m + 1; later < count; ++later)
      for (auto const& it : members_[later])
        require(it.now == state::down || it.now == state::waiting || it.alone,
                "stopped before the one after it is down");
    bool const for_good = fsm_.commanded() || fsm_.failing();
    for (auto& it : members_[m]) {
      if (it.now == state::waiting && !for_good) continue;
      tell_to_stop(it);
      it.alone = false;
    }
  }

  void look_at(std::size_t m) {
    auto const& member = members_[m];
    bool const ready = std::ranges::all_of(member, [](auto const& it) {
      return it.now == state::up || (it.now == state::down && it.kept_down);
    });
    bool const down = std::ranges::count(member, state::stopping, &instance::now) == 0;
    if (fsm_.starting_member() == m && ready) return carry_out(fsm_.member_ready(m, now_));
    if (fsm_.current() == phase::stopping && down) carry_out(fsm_.member_down(m, now_));
  }

  group_strategy strategy_;
  reeve::group_fsm fsm_;
  reeve::group_fsm::time_point now_{1000s};
  std::array<std::vector<instance>, count> members_{{{instance{}}, {instance{}}, {instance{}}}};
  std::string complaint_;
};

void step(world& w, std::mt19937& random) {
  auto const what = random() % 60;
  if (what == 0) return w.start();
  if (what == 1) return w.restart();
  if (what == 2) return w.stop(random() % 2 == 0);
  if (what < 8) return w.wait(std::chrono::milliseconds{random() % 200});
  auto const m = random() % count;
  if (what == 8 && w.size(m) < 3) return w.grow(m);
  if (w.size(m) == 0) return;
  if (what == 9) return w.shrink(m);
  auto const i = random() % w.size(m);
  if (what == 10) return w.start_alone(m, i);
  if (what == 11) return w.restart_alone(m, i);
  if (what == 12) return w.stop_alone(m, i);
  w.move(m, i, random() % 5 != 0, random);
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
