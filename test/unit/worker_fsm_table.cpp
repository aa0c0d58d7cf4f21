// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker_fsm_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// The specification of a worker's machine: what each event does in each situation. How to read a cell is said
// at `describe`. What is not said to do anything must do nothing: change no state, no deadline, no destiny.

BOOST_AUTO_TEST_SUITE(worker_fsm_table)

namespace {

using namespace reeve;
using namespace reeve::test;

constexpr std::string_view nothing;

struct row {
  std::vector<std::string_view> inputs;
  std::string_view outcome;
};

// What no situation but those named beside it minds.
std::vector<std::string_view> const late{"spawned_stale",     "spawn_failed_stale", "said_hello_stale",
                                         "ask_refused_stale", "ready_stale",        "unhealthy_stale",
                                         "exited_stale"};
std::vector<std::string_view> const of_spawning{"spawned", "spawn_failed", "spawn_failed_unmendable"};
std::vector<std::string_view> const of_life{"said_hello", "ready", "heartbeat_lost", "wrote_nonsense",
                                            "check_failed"};
std::vector<std::string_view> const of_death{"exited_clean", "exited_failing", "exited_by_signal",
                                             "exited_unmendable", "exited_uncounted"};
std::vector<std::string_view> const of_time{"timer_early", "timer_due", "timer_much_too_late"};

std::vector<std::string_view> all(std::initializer_list<std::vector<std::string_view>> parts) {
  std::vector<std::string_view> out;
  for (auto const& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

struct block {
  std::string_view situation;
  std::vector<row> rows;
};

std::vector<block> const table{
    {"never started",
     {{{"start", "restart", "restart_at_once"}, "pending: wait_turn"},  // a restart starts what is down
      {all({{"stop", "stop_at_once", "give_up", "turn", "ask_refused"},
            late,
            of_spawning,
            of_life,
            of_death,
            of_time}),
       nothing}}},

    {"pending",
     {{{"turn"}, "starting @1000: spawn"},
      {{"stop", "stop_at_once"}, "stopped: +stopped"},
      // It is on its way up already, and has no process that could do anything.
      {all({{"start", "restart", "restart_at_once", "give_up", "ask_refused"},
            late,
            of_spawning,
            of_life,
            of_death,
            of_time}),
       nothing}}},

    {"starting, spawn in flight",
     {{{"spawned"}, "starting @1000: +spawned"},
      {{"spawn_failed"}, "backoff @100: +exited +backoff"},
      {{"spawn_failed_unmendable"}, "failed: +exited +failed"},
      // Nothing can be signalled yet; what was decided waits for the answer of the spawn.
      {{"stop", "stop_at_once"}, "stopping(stopped): +stopping"},
      {{"restart", "restart_at_once"}, "stopping(pending): +stopping"},
      {{"timer_due"}, "stopping(backoff): +unhealthy +stopping"},
      {{"timer_much_too_late"}, "starting @500:"},  // the supervisor itself slept through it
      {all({{"start", "give_up", "turn", "ask_refused", "timer_early"}, late, of_life, of_death}), nothing}}},

    {"starting",
     {{{"ready"}, "running: +ready"},
      {{"stop"}, "stopping(stopped) @300: +stopping signal"},  // it has not said hello: it cannot be asked
      {{"stop_at_once"}, "stopping(stopped): +stopping kill"},
      {{"restart"}, "stopping(pending) @300: +stopping signal"},
      {{"restart_at_once"}, "stopping(pending): +stopping kill"},
      {{"heartbeat_lost", "wrote_nonsense"}, "stopping(backoff): +unhealthy +stopping kill"},
      {{"check_failed", "timer_due"}, "stopping(backoff) @300: +unhealthy +stopping signal"},
      {{"timer_much_too_late"}, "starting @500:"},
      {{"exited_clean"}, "finished: +exited +finished"},
      {{"exited_failing", "exited_by_signal"}, "backoff @100: +exited +backoff"},
      {{"exited_uncounted"}, "pending: +exited wait_turn"},  // without a wait
      {{"exited_unmendable"}, "failed: +exited +failed"},
      {all({{"start", "give_up", "turn", "said_hello", "ask_refused", "timer_early"}, late, of_spawning}),
       nothing}}},

    {"running",
     {{{"stop"}, "stopping(stopped) @200: +stopping ask"},
      {{"stop_at_once"}, "stopping(stopped): +stopping kill"},
      {{"restart"}, "stopping(pending) @200: +stopping ask"},
      {{"restart_at_once"}, "stopping(pending): +stopping kill"},
      // A hung or lying worker is past asking; one that answers badly may still end well.
      {{"heartbeat_lost", "wrote_nonsense"}, "stopping(backoff): +unhealthy +stopping kill"},
      {{"check_failed"}, "stopping(backoff) @200: +unhealthy +stopping ask"},
      {{"exited_clean"}, "finished: +exited +finished"},
      {{"exited_failing", "exited_by_signal"}, "backoff @100: +exited +backoff"},
      {{"exited_uncounted"}, "pending: +exited wait_turn"},  // without a wait
      {{"exited_unmendable"}, "failed: +exited +failed"},
      {all({{"start", "give_up", "turn", "said_hello", "ready", "ask_refused"}, late, of_spawning, of_time}),
       nothing}}},

    {"stopping, spawn in flight",
     {{{"spawned"}, "stopping(stopped) @300: +spawned signal"},
      {{"spawn_failed", "spawn_failed_unmendable"}, "stopped: +exited +stopped"},
      {{"start", "restart", "restart_at_once"},
       "stopping(pending):"},  // nothing is started twice: it waits for the end of this one
      {all({{"stop", "stop_at_once", "give_up", "turn", "ask_refused"}, late, of_life, of_death, of_time}),
       nothing}}},

    {"stopping, asked",
     {{{"start", "restart"}, "stopping(pending) @200:"},
      {{"stop_at_once"}, "stopping(stopped): kill"},
      {{"restart_at_once"}, "stopping(pending): kill"},
      {{"ask_refused", "timer_due", "timer_much_too_late"}, "stopping(stopped) @300: signal"},
      {of_death, "stopped: +exited +stopped"},  // however it ended: that was asked for
      {all({{"stop", "give_up", "turn", "timer_early"}, late, of_spawning, of_life}), nothing}}},

    {"stopping, signalled",
     {{{"start", "restart"}, "stopping(pending) @300:"},
      {{"restart_at_once"}, "stopping(pending): kill"},
      {{"stop_at_once", "timer_due", "timer_much_too_late"}, "stopping(stopped): kill"},
      {of_death, "stopped: +exited +stopped"},
      // The ladder only goes up: a late hello or a late refusal leads back to no rung.
      {all({{"stop", "give_up", "turn", "ask_refused", "timer_early"}, late, of_spawning, of_life}),
       nothing}}},

    {"stopping, killed",
     {{{"start", "restart", "restart_at_once"}, "stopping(pending):"},
      {of_death, "stopped: +exited +stopped"},
      {all({{"stop", "stop_at_once", "give_up", "turn", "ask_refused"}, late, of_spawning, of_life, of_time}),
       nothing}}},

    {"stopping for a restart",
     {{{"stop"}, "stopping(stopped) @200:"},
      {{"stop_at_once"}, "stopping(stopped): kill"},
      {{"restart_at_once"}, "stopping(pending): kill"},
      {{"ask_refused", "timer_due", "timer_much_too_late"}, "stopping(pending) @300: signal"},
      {of_death, "pending: +exited wait_turn"},  // by command: however it ended, and not counted
      {all({{"start", "restart", "give_up", "turn", "timer_early"}, late, of_spawning, of_life}), nothing}}},

    {"stopping for being unhealthy",
     {{{"start", "restart"}, "stopping(pending) @200:"},  // commands are not subject to the policy
      {{"stop"}, "stopping(stopped) @200:"},
      {{"stop_at_once"}, "stopping(stopped): kill"},
      {{"restart_at_once"}, "stopping(pending): kill"},
      {{"ask_refused", "timer_due", "timer_much_too_late"}, "stopping(backoff) @300: signal"},
      // That it ended cleanly when it was told to end makes it no clean exit.
      {{"exited_clean", "exited_failing", "exited_by_signal"}, "backoff @100: +exited +backoff"},
      {{"exited_uncounted"}, "pending: +exited wait_turn"},
      {{"exited_unmendable"}, "failed: +exited +failed"},
      {all({{"give_up", "turn", "timer_early"}, late, of_spawning, of_life}), nothing}}},

    {"backoff",
     {{{"start", "restart", "restart_at_once", "timer_due", "timer_much_too_late"}, "pending: wait_turn"},
      {{"stop", "stop_at_once"}, "stopped: +stopped"},
      {all({{"give_up", "turn", "ask_refused", "timer_early"}, late, of_spawning, of_life, of_death}),
       nothing}}},

    {"backoff, waits for its group",
     {{{"start", "restart", "restart_at_once"}, "pending: wait_turn"},
      {{"stop", "stop_at_once"}, "stopped: +stopped"},
      {{"give_up"}, "failed: +failed"},
      {all({{"turn", "ask_refused"}, late, of_spawning, of_life, of_death, of_time}), nothing}}},

    {"finished",
     {{{"start", "restart", "restart_at_once"}, "pending: wait_turn"},
      {all({{"stop", "stop_at_once", "give_up", "turn", "ask_refused"},
            late,
            of_spawning,
            of_life,
            of_death,
            of_time}),
       nothing}}},

    {"failed",
     {{{"start", "restart", "restart_at_once"}, "pending: wait_turn"},  // with a new budget
      {all({{"stop", "stop_at_once", "give_up", "turn", "ask_refused"},
            late,
            of_spawning,
            of_life,
            of_death,
            of_time}),
       nothing}}},
};

// That nothing happened, hidden things included.
std::string nothing_happened(worker_rig const& before) {
  return describe(before, {}) + " then " + to_string(destiny(before));
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_situation_has_every_event_exactly_once) {
  BOOST_TEST(table.size() == worker_situations.size());
  for (auto const& situation : worker_situations) {
    auto const it = std::ranges::find(table, situation.name, &block::situation);
    BOOST_TEST_CONTEXT(situation.name) { BOOST_REQUIRE(it != table.end()); }
    std::map<std::string_view, int> cells;
    for (auto const& r : it->rows)
      for (auto const& input : r.inputs) ++cells[input];
    for (auto const& input : worker_inputs)
      BOOST_TEST(cells[input.name] == 1, situation.name << " x " << input.name << ": " << cells[input.name]);
    BOOST_TEST(cells.size() == worker_inputs.size(), situation.name << " has an event that is none");
  }
}

BOOST_AUTO_TEST_CASE(every_event_does_what_the_table_says) {
  for (auto const& [situation, rows] : table) {
    for (auto const& [inputs, outcome] : rows) {
      for (auto const& input : inputs) {
        auto r = in_situation(situation);
        if (input.starts_with("timer_"))
          r.wait(input == "timer_early" ? -1ns : input == "timer_due" ? 0ns : 1h);
        auto const before = r;
        auto const actions = tell(r, input);
        if (outcome == nothing) {
          auto const seen = describe(r, actions) + " then " + to_string(destiny(r));
          BOOST_TEST(seen == nothing_happened(before), situation << " x " << input << ": " << seen);
          BOOST_TEST(r.fsm.budget_spent() == before.fsm.budget_spent(), situation << " x " << input);
        } else {
          auto const seen = describe(r, actions);
          BOOST_TEST(seen == outcome, situation << " x " << input << ": " << seen << " and not " << outcome);
        }
        bool const spawns = actions.size() == 1 && actions[0].what == worker_action::kind::spawn;
        BOOST_TEST((r.current() == before.current() + (spawns ? 1U : 0U)), situation << " x " << input);
      }
    }
  }
}

// The state that a report carries is the one after it, as worker_event::state says.
BOOST_AUTO_TEST_CASE(the_last_report_carries_the_state_that_was_entered) {
  for (auto const& situation : worker_situations) {
    for (auto const& input : worker_inputs) {
      auto r = situation.make();
      auto const actions = input.tell(r);
      for (auto const& action : actions) {
        bool const enters = action.what == worker_action::kind::report &&
                            action.event != event_kind::spawned && action.event != event_kind::exited &&
                            action.event != event_kind::unhealthy;
        if (enters) BOOST_TEST((action.state == r.fsm.state()), situation.name << " x " << input.name);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
