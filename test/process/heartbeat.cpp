// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Workers whose heartbeat is watched: the hung are replaced, the slow are not.

#include "live_supervisor.hpp"
#include "worker_side.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

BOOST_AUTO_TEST_SUITE(heartbeat)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

// Its event loop beats by itself.
class looping {
 public:
  explicit looping(worker&) {}
  asio::awaitable<void> start() {
    asio::steady_timer timer{co_await asio::this_coro::executor, clock::time_point::max()};
    co_await timer.async_wait(asio::use_awaitable);
  }
  asio::awaitable<void> stop() { co_return; }
};

// Its event loop is kept busy from the start.
class blocked : public looping {
 public:
  explicit blocked(worker& self) : looping{self} {}
  asio::awaitable<void> start() {
    for (unsigned volatile n = 0;;) n = n + 1;
    co_return;
  }
};

// Beats a few times, then works on without.
int beats_then_spins(worker& self) {
  self.ready();
  for (int i = 0; i < 5 && pause_for(self, 50ms); ++i) self.beat();
  for (unsigned volatile n = 0;;) n = n + 1;
}

// Beats at that period in milliseconds, the first time after that delay.
int beats_every(worker& self) {
  auto const period = std::chrono::milliseconds{std::stoi(self.args().at(0))};
  auto const delay = std::chrono::milliseconds{std::stoi(self.args().at(1))};
  auto beats = self.get_counter("beats");
  self.ready();
  for (auto wait = delay; pause_for(self, wait); wait = period) {
    self.beat();
    ++beats;
  }
  return 0;
}

REEVE_WORKER("heartbeat_looping", looping);
REEVE_WORKER("heartbeat_blocked", blocked);
REEVE_FUNCTION_WORKER("heartbeat_spins", beats_then_spins);
REEVE_FUNCTION_WORKER("heartbeat_every", beats_every);

worker_spec watched(worker_spec spec, heartbeat_policy policy) {
  spec.health.heartbeat = policy;
  return spec;
}

void check_replaced(live_supervisor& sup, error why) {
  auto const unhealthy = sup.await(event_kind::unhealthy);
  BOOST_TEST(unhealthy.worker.generation == 1u);
  auto const exit = sup.await_exit();
  BOOST_TEST(text(exit.cause) == "heartbeat");
  BOOST_TEST(exit.error == make_error_code(why));
  BOOST_TEST(exit.status.signal() == SIGKILL);
  auto const back = sup.await(event_kind::ready, 2);
  BOOST_TEST(back.worker.generation == 2u);
  BOOST_TEST(back.pid != exit.pid);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_hung_by_sigstop_is_replaced_within_its_timeout) {
  constexpr auto timeout = 1000ms;
  live_supervisor sup;
  auto spec = watched(own_spec("heartbeat_looping"), {.timeout = timeout});
  spec.ready = ready_when::first_beat();
  sup.start(spec);
  sup.soon([&] { return sup.status_of("heartbeat_looping").last_heartbeat.has_value(); });
  auto const hung_at = clock::now();
  BOOST_TEST(!sup.signal("heartbeat_looping", SIGSTOP));
  check_replaced(sup, error::heartbeat_lost);

  auto const found_after = sup.await(event_kind::unhealthy).at - hung_at;
  BOOST_TEST((found_after < 5 * timeout));
  auto const record = sup.await_exit();
  BOOST_REQUIRE(record.heartbeat_age);
  BOOST_TEST((*record.heartbeat_age >= timeout));
}

BOOST_AUTO_TEST_CASE(a_worker_in_a_busy_loop_without_beats_is_replaced) {
  live_supervisor sup;
  sup.start(watched(own_spec("heartbeat_spins"), {.timeout = 1000ms}));
  check_replaced(sup, error::heartbeat_lost);
}

BOOST_AUTO_TEST_CASE(a_worker_whose_event_loop_is_blocked_is_replaced) {
  live_supervisor sup;
  auto spec = watched(own_spec("heartbeat_blocked"), {.timeout = 800ms});
  spec.ready = {};
  sup.start(spec);
  auto const exit = sup.await_exit();
  BOOST_TEST(text(exit.cause) == "heartbeat");
  sup.await(event_kind::ready, 2);
}

BOOST_AUTO_TEST_CASE(a_slow_worker_that_beats_is_left_alone) {
  live_supervisor sup;
  sup.start(watched(own_spec("heartbeat_every", {"250", "0"}), {.timeout = 1500ms}));
  sup.soon([&] { return sup.counter("heartbeat_every", "beats") >= 12; });
  BOOST_TEST(sup.events.count(event_kind::unhealthy) == 0u);
  BOOST_TEST(sup.status_of("heartbeat_every").worker.generation == 1u);
  BOOST_TEST(!sup.stop_all());
}

BOOST_AUTO_TEST_CASE(the_first_beat_has_a_time_of_its_own) {
  live_supervisor sup;
  sup.start(watched(own_spec("heartbeat_every", {"20", "1000"}), {.timeout = 500ms, .start_within = 30s}));
  sup.soon([&] { return sup.counter("heartbeat_every", "beats") >= 3; });
  BOOST_TEST(sup.events.count(event_kind::unhealthy) == 0u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_never_beats_is_reported_as_such_and_replaced) {
  live_supervisor sup;
  sup.start(watched(child_spec("hang"), {.timeout = 30s, .start_within = 300ms}));
  check_replaced(sup, error::heartbeat_never_started);
  BOOST_TEST(!sup.await_exit().heartbeat_age);
  BOOST_TEST(sup.await(event_kind::unhealthy).reason != "");
}

BOOST_AUTO_TEST_CASE(each_incarnation_is_judged_anew) {
  live_supervisor sup;
  sup.start(watched(child_spec("hang"), {.timeout = 200ms}));
  for (std::size_t n = 1; n <= 3; ++n) {
    auto const exit = sup.await_exit(n);
    BOOST_TEST(exit.worker.generation == n);
    BOOST_TEST(exit.error == make_error_code(error::heartbeat_never_started));
  }
}

BOOST_AUTO_TEST_CASE(nobody_is_watched_where_monitoring_is_off) {
  live_supervisor sup{{.monitoring = false}};
  sup.start(watched(child_spec("hang"), {.timeout = 20ms}));
  sup.idle(300ms);
  BOOST_TEST(sup.events.count(event_kind::unhealthy) == 0u);
  BOOST_TEST(sup.status_of("hang").worker.generation == 1u);
  BOOST_TEST(!sup.stop_all());
}

// Its workers are stopped too, so that not one beat comes meanwhile.
BOOST_AUTO_TEST_CASE(a_supervisor_that_was_stopped_itself_kills_nobody) {
  constexpr auto timeout = 2000ms;
  test_pipe output;
  auto request = request_for("sup_parent", {"beats", std::to_string(timeout.count())});
  request.stdio[1] = output.write_end.get();
  auto const parent = start(request);
  output.write_end.reset();
  struct killed_at_the_end {
    launched_process const& process;
    ~killed_at_the_end() { kill_and_finish(process); }
  } const end_of_parent{parent};
  auto const workers = read_until_up(output.read_end.get());
  BOOST_REQUIRE(workers.size() == 2u);
  auto const signal_workers = [&](int number) {
    for (auto const& pid : workers) BOOST_TEST(::kill(std::stoi(pid), number) == 0);
  };
  // It says every 50 ms what it has found.
  auto const all_well_for = [&](std::chrono::milliseconds time) {
    for (auto n = time / 50ms; n > 0; --n) BOOST_REQUIRE(read_line(output.read_end.get()) == "all well");
  };

  // It looks every quarter of the timeout: it must have seen the last beat, lest that count as a new one.
  signal_workers(SIGSTOP);
  all_well_for(timeout / 4 + 100ms);
  ::kill(parent.pid, SIGSTOP);
  pollfd end{parent.pidfd.get(), POLLIN, 0};
  BOOST_TEST(::poll(&end, 1, 5 * static_cast<int>(timeout.count())) == 0);
  ::kill(parent.pid, SIGCONT);
  for (auto line = read_line(output.read_end.get()); line != "continued";
       line = read_line(output.read_end.get()))
    BOOST_REQUIRE(line == "all well");
  all_well_for(100ms);  // with the look that was due
  signal_workers(SIGCONT);
  all_well_for(timeout + timeout / 2);
}

BOOST_AUTO_TEST_SUITE_END()
