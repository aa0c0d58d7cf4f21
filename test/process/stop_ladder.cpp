// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The rungs of the ladder by which a worker is stopped, each alone: what the worker hears of it.

#include "live_supervisor.hpp"
#include "worker_side.hpp"

#include <csignal>

BOOST_AUTO_TEST_SUITE(stop_ladder)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

int waits(worker& self) {
  self.ready();
  wait_for_stop(self);
  return 0;
}

REEVE_FUNCTION_WORKER("ladder_waits", waits);

// It is ready when its child in the background is, which is the last to set its traps.
worker_spec with_child(live_supervisor& sup, std::string leader_on_term, std::string traps_of_child) {
  auto const text = "trap '" + std::move(leader_on_term) + "' TERM; (" + std::move(traps_of_child) +
                    "; echo up; while :; do sleep 3600 & wait; done) & while :; do wait; done";
  auto spec = sup.captured(script("w", text));
  spec.restart.mode = restart_mode::never;
  spec.stop = {.signal_grace = patience};
  return spec;
}

void start_and_stop(live_supervisor& sup, worker_spec spec) {
  sup.start(std::move(spec));
  sup.until([&] { return !sup.lines.empty(); });
  BOOST_TEST(sup.lines.at(0).text == "up");
  BOOST_TEST(!sup.stop("w"));
  BOOST_TEST(sup.await_exit().status == exit_status::from_code(23));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_of_the_runtime_ends_when_it_is_asked_and_needs_no_signal) {
  live_supervisor sup;
  auto spec = own_spec("ladder_waits");
  spec.stop = {.ask_grace = patience, .signal_grace = 0s};
  sup.start(spec);
  BOOST_TEST(!sup.stop_all());
  // A request that is lost would end in SIGKILL.
  BOOST_TEST(sup.await_exit().status == exit_status::from_code(0));
  BOOST_TEST(text(sup.await_exit().cause) == "stop");
}

BOOST_AUTO_TEST_CASE(a_worker_of_the_runtime_that_is_not_to_be_asked_is_signalled) {
  live_supervisor sup;
  auto spec = own_spec("ladder_waits");
  spec.stop = {.ask_grace = 0s, .signal_grace = patience};
  sup.start(spec);
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(sup.await_exit().status == exit_status::from_code(0));
}

BOOST_AUTO_TEST_CASE(a_signal_to_the_group_is_heard_by_a_child_in_the_background) {
  live_supervisor sup;
  auto spec = with_child(sup, "wait $!; exit 23", R"(trap "echo heard; exit" TERM)");
  spec.stop.scope = signal_scope::group;
  start_and_stop(sup, spec);  // the leader waits for the child to end by it
  sup.until([&] { return sup.lines.size() == 2; });
  BOOST_TEST(sup.lines.at(1).text == "heard");
}

BOOST_AUTO_TEST_CASE(a_signal_to_the_leader_is_not) {
  live_supervisor sup;
  // The leader tells the child to end; a SIGTERM that came before, or with it, would be told first.
  auto const spec = with_child(sup, "kill -WINCH $!; wait $!; exit 23",
                               R"(trap "echo heard" TERM; trap "echo was told to end; exit" WINCH)");
  start_and_stop(sup, spec);
  sup.until([&] { return sup.lines.size() >= 2; });
  BOOST_TEST(sup.lines.at(1).text == "was told to end");
}

BOOST_AUTO_TEST_SUITE_END()
