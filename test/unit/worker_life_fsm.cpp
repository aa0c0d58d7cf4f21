// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/life_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>
#include <vector>

namespace reeve {

std::ostream& operator<<(std::ostream& out, life_orders const& o) {
  if (o.run_start) out << "run_start ";
  if (o.announce_ready) out << "announce_ready ";
  if (o.failure) out << "failure:" << static_cast<int>(*o.failure) << ' ';
  if (o.cancel_start) out << "cancel_start ";
  if (o.run_stop) out << "run_stop ";
  if (o.drain) out << "drain ";
  if (o.finish) out << "finish ";
  return out;
}

}  // namespace reeve

BOOST_AUTO_TEST_SUITE(worker_life_fsm)

namespace {

using namespace reeve;
using namespace std::chrono_literals;
using event = life_event;
using orders = life_orders;

constexpr auto grace = 5s;
constexpr life_fsm::time_point start_of_time{};

constexpr std::array all_events{event::begin,          event::start_suspended, event::start_returned,
                                event::start_aborted,  event::start_threw,     event::handler_threw,
                                event::stop_requested, event::stop_returned,   event::stop_threw,
                                event::drained,        event::time_passed};

// A machine with its own clock, which runs as far as it is told.
struct life {
  life_fsm fsm{grace};
  life_fsm::time_point now = start_of_time;

  orders on(event e) { return fsm.on(e, now); }
  orders after(life_fsm::duration time) {
    now += time;
    return on(event::time_passed);
  }
};

life waiting() { return {}; }
life running() {
  auto l = waiting();
  l.on(event::begin);
  return l;
}
life cancelling() {
  auto l = running();
  l.on(event::stop_requested);
  return l;
}
life stopping() {
  auto l = running();
  l.on(event::start_returned);
  return l;
}
life draining() {
  auto l = stopping();
  l.on(event::stop_returned);
  return l;
}
life over() {
  auto l = draining();
  l.on(event::drained);
  return l;
}

// One column of the table: what each event does in a state whose grace is spent (if it has one).
using column = std::array<orders, all_events.size()>;

void check(life (*state)(), column const& expected) {
  for (std::size_t i = 0; i < all_events.size(); ++i) {
    BOOST_TEST_CONTEXT("event " << i) {
      auto l = state();
      l.now += grace;
      BOOST_TEST(l.on(all_events[i]) == expected[i]);
    }
  }
}

constexpr orders none{};

}  // namespace

BOOST_AUTO_TEST_CASE(while_it_waits_a_request_leads_past_start_to_stop) {
  orders const failed{.failure = worker_exit::start_failed, .run_stop = true};
  check(waiting, {orders{.run_start = true}, none, none, none, none, failed, orders{.run_stop = true}, none,
                  none, none, none});
}

BOOST_AUTO_TEST_CASE(while_it_runs) {
  orders const failed{.failure = worker_exit::start_failed, .run_stop = true};
  check(running, {none, orders{.announce_ready = true}, orders{.announce_ready = true, .run_stop = true},
                  failed, failed, orders{.failure = worker_exit::start_failed, .cancel_start = true},
                  orders{.cancel_start = true}, none, none, none, none});
}

BOOST_AUTO_TEST_CASE(while_start_is_cancelled) {
  check(cancelling, {none, none, orders{.run_stop = true}, orders{.run_stop = true},
                     orders{.failure = worker_exit::start_failed, .run_stop = true},
                     orders{.failure = worker_exit::start_failed}, none, none, none, none,
                     orders{.failure = worker_exit::start_ignored_cancellation, .run_stop = true}});
}

BOOST_AUTO_TEST_CASE(while_it_stops) {
  check(stopping, {none, none, none, none, none, orders{.failure = worker_exit::stop_failed}, none,
                   orders{.drain = true}, orders{.failure = worker_exit::stop_failed, .drain = true}, none,
                   orders{.failure = worker_exit::stop_timed_out, .finish = true}});
}

BOOST_AUTO_TEST_CASE(while_what_is_left_comes_to_its_end) {
  check(draining, {none, none, none, none, none, orders{.failure = worker_exit::stop_failed}, none, none,
                   none, orders{.finish = true}, orders{.finish = true}});
}

BOOST_AUTO_TEST_CASE(what_is_left_has_a_moment_of_the_grace_and_no_more) {
  auto l = stopping();
  l.on(event::stop_returned);
  BOOST_TEST((l.fsm.deadline() == l.now + life_fsm::time_to_drain));
  auto late = stopping();
  late.now += grace - 1ns;
  late.on(event::stop_returned);
  BOOST_TEST((late.fsm.deadline() == late.now + 1ns));
}

BOOST_AUTO_TEST_CASE(when_it_is_over_nothing_happens) { check(over, column{}); }

BOOST_AUTO_TEST_CASE(a_start_that_returns_is_a_success) {
  BOOST_TEST((over().fsm.exit_code() == worker_exit::success));
}

BOOST_AUTO_TEST_CASE(a_start_that_ends_when_it_is_cancelled_is_a_success) {
  for (auto end : {event::start_returned, event::start_aborted}) {
    auto l = cancelling();
    l.on(end);
    l.on(event::stop_returned);
    BOOST_TEST((l.fsm.exit_code() == worker_exit::success));
  }
}

BOOST_AUTO_TEST_CASE(a_start_that_aborts_by_itself_failed) {
  auto l = running();
  l.on(event::start_aborted);
  BOOST_TEST((l.fsm.exit_code() == worker_exit::start_failed));
}

BOOST_AUTO_TEST_CASE(a_request_before_the_beginning_never_enters_start) {
  auto l = waiting();
  BOOST_TEST(l.on(event::stop_requested) == orders{.run_stop = true});
  BOOST_TEST(l.on(event::begin) == none);
  BOOST_TEST(l.on(event::stop_returned) == orders{.drain = true});
  BOOST_TEST((l.fsm.exit_code() == worker_exit::success));
}

BOOST_AUTO_TEST_CASE(start_and_stop_each_have_the_whole_grace) {
  auto l = cancelling();
  BOOST_TEST(l.after(grace - 1ns) == none);
  BOOST_TEST(l.after(1ns).run_stop);
  BOOST_TEST(l.after(grace - 1ns) == none);
  BOOST_TEST(l.after(1ns).finish);
  BOOST_TEST((l.now == start_of_time + 2 * grace));
}

BOOST_AUTO_TEST_CASE(a_timer_that_is_late_for_its_step_does_nothing) {
  auto l = cancelling();
  l.now += grace - 1ns;
  l.on(event::start_returned);
  BOOST_TEST(l.after(1ns) == none);
  BOOST_TEST((l.fsm.deadline() == l.now + grace - 1ns));
}

BOOST_AUTO_TEST_CASE(the_first_failure_is_the_exit_code) {
  auto l = cancelling();
  l.after(grace);
  BOOST_TEST((*l.on(event::stop_threw).failure == worker_exit::stop_failed));
  BOOST_TEST((l.fsm.exit_code() == worker_exit::start_ignored_cancellation));
}

namespace {

// What has happened in a life so far.
struct history {
  int starts = 0, stops = 0, cancels = 0, drains = 0, finishes = 0, failures = 0;
  worker_exit first_failure = worker_exit::success;

  void add(orders const& o) {
    BOOST_REQUIRE(finishes == 0 || o == none);
    if (o.failure && failures++ == 0) first_failure = *o.failure;
    starts += o.run_start;
    cancels += o.cancel_start;
    if (o.announce_ready) BOOST_REQUIRE(starts == 1 && cancels == 0 && stops == 0);
    if (o.cancel_start) BOOST_REQUIRE(starts == 1 && stops == 0);
    stops += o.run_stop;
    drains += o.drain;
    if (o.drain) BOOST_REQUIRE(stops == 1);
    finishes += o.finish;
    BOOST_REQUIRE(drains <= 1);
    BOOST_REQUIRE(starts <= 1 && cancels <= 1 && stops <= 1 && finishes <= stops);
  }
};

void explore(life const& l, history const& h, int depth) {
  BOOST_REQUIRE((l.fsm.exit_code() == h.first_failure));
  BOOST_REQUIRE(l.fsm.deadline().has_value() == (h.cancels + h.stops > 0 && h.finishes == 0));
  // Wherever it stands: once it is asked to stop, time alone ends it, and stop was run.
  auto left = l;
  auto end = h;
  end.add(left.on(event::stop_requested));
  end.add(left.after(grace));
  end.add(left.after(grace));
  BOOST_REQUIRE(end.finishes == 1 && end.stops == 1);

  if (depth == 0) return;
  for (auto e : all_events) {
    auto next = l;
    auto seen = h;
    next.now += 1s;
    seen.add(next.on(e));
    explore(next, seen, depth - 1);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(whatever_happens_in_whatever_order_stop_runs_exactly_once) { explore(life{}, {}, 5); }

BOOST_AUTO_TEST_SUITE_END()
