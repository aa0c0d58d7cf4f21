// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker_fsm_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Whatever a worker's machine is told, in whatever order, sensible or not: what holds always.

BOOST_AUTO_TEST_SUITE(worker_fsm_explore)

namespace {

using namespace reeve;
using namespace reeve::test;
using state = worker_state;
using kind = worker_action::kind;

// A life as the world sees it: what was done, and what was told about it. Complains about the first thing
// that is wrong; it is copied with the machine it watches.
class witness {
 public:
  // What a situation has behind it.
  explicit witness(worker_rig const& r)
      : generation_{r.current()}, spawning_{r.fsm.spawning()}, process_{r.fsm.has_process()} {
    told_spawned_ = process_;
    told_ready_ = process_ && r.fsm.state() != state::starting;
  }

  void see(worker_rig const& before, worker_rig const& r, std::string_view input,
           reeve::worker_fsm::actions const& actions) {
    input_ = input;
    if (before.fsm.spawning() && !r.fsm.spawning()) {
      spawning_ = false;
      process_ = r.fsm.has_process();
    } else if (before.fsm.has_process() && !r.fsm.has_process()) {
      process_ = false;
      ended_ = true;
    }
    for (auto const& action : actions) act(r, action);
    state_holds(r);
  }

  std::string const& complaint() const { return complaint_; }

 private:
  void require(bool ok, char const* what) {
    if (!ok && complaint_.empty()) complaint_ = std::string{what} + ", at " + std::string{input_};
  }

  void act(worker_rig const& r, worker_action const& action) {
    switch (action.what) {
      case kind::wait_turn:
        require(r.fsm.state() == state::pending, "waits for a turn it does not want");
        break;
      case kind::spawn:
        require(!spawning_ && !process_, "started twice");
        require(r.current() == generation_ + 1, "started without a new generation");
        require(r.fsm.spawning(), "started, and does not know it");
        generation_ = r.current();
        spawning_ = true;
        told_spawned_ = told_ready_ = false;
        break;
      case kind::ask_stop:
      case kind::send_signal:
      case kind::kill:
        require(process_, "signalled a process that is gone");
        require(r.fsm.state() == state::stopping, "signalled what is not stopping");
        break;
      case kind::report: tell_of(r, action); break;
    }
  }

  void tell_of(worker_rig const& r, worker_action const& action) {
    switch (action.event) {
      case event_kind::spawned:
        require(process_ && !told_spawned_, "told of a process twice");
        told_spawned_ = true;
        break;
      case event_kind::ready:
        require(told_spawned_ && !told_ready_, "ready before its process, or twice");
        told_ready_ = true;
        break;
      case event_kind::stopping: require(spawning_ || process_, "stops what is not there"); break;
      case event_kind::unhealthy: require(spawning_ || process_, "unhealthy and not there"); break;
      case event_kind::exited:
        require(!process_ && !spawning_, "told of the end of a process that is there");
        require(told_spawned_ == ended_, "told of an end without a beginning, or twice");
        told_spawned_ = told_ready_ = ended_ = false;
        break;
      case event_kind::backoff:
        require(r.fsm.state() == state::backoff, "backoff is not what it is in");
        break;
      case event_kind::stopped:
      case event_kind::finished:
      case event_kind::failed: require(r.fsm.at_rest(), "told of a rest it has not"); break;
      default: require(false, "told what only a node tells");
    }
  }

  void state_holds(worker_rig const& r) {
    auto const& fsm = r.fsm;
    auto const s = fsm.state();
    bool const due = fsm.deadline().has_value();
    require(r.current() == generation_, "a generation without a start");
    require(fsm.spawning() == spawning_ && fsm.has_process() == process_, "does not know what it has");
    require(!(spawning_ && process_), "has a process and starts another");
    require(!ended_, "did not tell of an end");
    require(!process_ || told_spawned_, "did not tell of its process");
    if (fsm.at_rest()) require(!due && !process_ && !spawning_, "at rest, and something goes on");
    if (s == state::pending) require(!due && !process_ && !spawning_, "pending, and something goes on");
    if (s == state::backoff) require(due != fsm.waits_for_group(), "in backoff, and nobody will end it");
    if (s == state::starting) require(spawning_ || process_, "starting nothing");
    if (s == state::starting) require(due, "starting without a deadline");
    if (s == state::running) require(process_ && told_ready_ && !due, "runs without a process");
    if (s == state::stopping) require(spawning_ || process_, "stopping nothing");
    if (s == state::stopping && spawning_) require(!due, "a deadline for a spawn");
  }

  std::uint64_t generation_;
  bool spawning_;
  bool process_;
  bool ended_ = false;
  bool told_spawned_ = false;
  bool told_ready_ = false;
  std::string_view input_;
  std::string complaint_;
};

struct life {
  worker_rig rig;
  witness watched;

  explicit life(worker_rig r) : rig{std::move(r)}, watched{rig} {}

  std::string const& tell(worker_input const& input) {
    auto const before = rig;
    auto const actions = input.tell(rig);
    watched.see(before, rig, input.name, actions);
    return watched.complaint();
  }
};

// ---- that it is never stuck ------------------------------------------------------------------------------

// The stop ladder alone, without an answer from the worker, ends in a kill.
bool ladder_ends(worker_rig& r) {
  for (int rungs = 0; r.fsm.deadline(); ++rungs) {
    if (rungs == 3) return false;
    r.fsm.timer(r.wait().now);
  }
  return r.fsm.state() == state::stopping;
}

void comes_and_goes(worker_rig& r) {
  if (r.fsm.spawning()) r.fsm.spawned(r.current(), r.now);
  r.fsm.exited(r.current(), r.now, crashed);
}

bool stop_leads_to_rest(worker_rig r) {
  r.fsm.stop(r.now, true);
  if (r.fsm.at_rest()) return true;
  if (r.fsm.spawning()) r.fsm.spawned(r.current(), r.now);
  if (!ladder_ends(r)) return false;
  comes_and_goes(r);
  return r.fsm.state() == state::stopped && !r.fsm.has_process();
}

bool leads_to_running(worker_rig r, bool by_restart) {
  by_restart ? r.fsm.restart(r.now) : r.fsm.start(r.now);
  if (r.fsm.state() == state::stopping) {
    comes_and_goes(r);
    if (r.fsm.state() != state::pending) return false;  // stopped, and wanted up
  }
  r.fsm.turn(r.now);
  r.fsm.spawned(r.current(), r.now);
  r.fsm.ready(r.current(), r.now);
  return r.fsm.state() == state::running;
}

std::string stuck(worker_rig const& r) {
  if (!stop_leads_to_rest(r)) return "a stop and its end do not lead to rest";
  if (!leads_to_running(r, false)) return "a start does not lead to running";
  if (!leads_to_running(r, true)) return "a restart does not lead to running";
  return {};
}

// ---- all sequences ---------------------------------------------------------------------------------------

// Returns the first sequence that ends badly, and why; empty if none does.
template <class Inputs>
std::string explore(life const& l, Inputs const& inputs, int depth) {
  if (depth == 0) return stuck(l.rig);
  for (auto const& input : inputs) {
    auto next = l;
    auto why = next.tell(input);
    if (why.empty()) why = explore(next, inputs, depth - 1);
    if (!why.empty()) return std::string{input.name} + ", " + why;
  }
  return {};
}

std::vector<worker_input> named(std::vector<std::string_view> const& names) {
  std::vector<worker_input> out;
  for (auto const& input : worker_inputs)
    if (std::ranges::find(names, input.name) != names.end()) out.push_back(input);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(from_each_situation_all_sequences_of_two_events) {
  for (auto const& situation : worker_situations) {
    auto const why = explore(life{situation.make()}, worker_inputs, 2);
    BOOST_TEST(why == "", situation.name << ": " << why);
  }
}

BOOST_AUTO_TEST_CASE(from_the_beginning_all_sequences_of_six_of_the_events_that_matter) {
  auto const inputs = named({"start", "stop", "restart", "turn", "spawned", "exited_failing", "timer_due"});
  BOOST_TEST(inputs.size() == 7U);
  BOOST_TEST(explore(life{worker_rig{}}, inputs, 6) == "");
}

BOOST_AUTO_TEST_CASE(from_a_running_worker_all_sequences_of_four_of_the_events_that_matter) {
  auto const inputs =
      named({"start", "stop", "stop_at_once", "restart", "give_up", "turn", "spawned", "spawn_failed",
             "ask_refused", "check_failed", "exited_clean", "exited_failing", "timer_due"});
  BOOST_TEST(inputs.size() == 13U);
  BOOST_TEST(explore(life{running_rig()}, inputs, 4) == "");
}

namespace {

// Half of the inputs are what the world would answer, so that lives get somewhere.
worker_input const& draw(worker_rig const& r, std::mt19937& random) {
  static auto const answers = named({"turn", "spawned", "said_hello", "ready", "timer_due"});
  if (random() % 2 == 0) return answers[random() % answers.size()];
  auto const& any = worker_inputs[random() % worker_inputs.size()];
  bool const unlikely = r.fsm.state() == state::running && random() % 2 == 0;
  return unlikely ? worker_inputs[random() % 4] : any;
}

}  // namespace

BOOST_AUTO_TEST_CASE(at_random_for_two_hundred_thousand_steps) {
  std::mt19937 random{20260101};
  for (bool const by_group : {false, true}) {
    for (auto const mode : {restart_mode::always, restart_mode::on_failure}) {
      restart_policy const policy{.mode = mode, .delay = restart_delay, .max_restarts = 4, .window = 10s};
      life l{worker_rig{{.restart = policy}, false, true, by_group}};
      std::string last;
      for (int i = 0; i < 50'000; ++i) {
        auto const& input = draw(l.rig, random);
        last = (last.size() > 400 ? last.substr(200) : last) + ' ' + std::string{input.name};
        l.rig.now += std::chrono::milliseconds{random() % 500};
        auto why = l.tell(input);
        if (why.empty() && i % 4 == 0) why = stuck(l.rig);
        BOOST_REQUIRE_MESSAGE(why.empty(), why << " in step " << i << " after" << last);
      }
      BOOST_TEST(l.rig.current() > 500U);  // it got somewhere
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
