// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Workers that are killed, stopped and hung at random, and are all well in the end.

#include "live_supervisor.hpp"
#include "reeve/worker.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <random>

BOOST_AUTO_TEST_SUITE(random_kills)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;

// Hangs in a busy loop, without beats, when it gets SIGUSR1.
class victim {
 public:
  explicit victim(worker& self) : hang_{self.get_executor(), SIGUSR1}, lives_{self.get_counter("lives")} {}
  asio::awaitable<void> start() {
    lives_.set(1);
    co_await hang_.async_wait(asio::use_awaitable);
    for (unsigned volatile n = 0;;) n = n + 1;
  }
  asio::awaitable<void> stop() { co_return; }

 private:
  asio::signal_set hang_;
  counter lives_;
};

REEVE_WORKER("random_victim", victim);

constexpr std::size_t victims = 32;
constexpr auto duration = 8s;

worker_spec victim_spec() {
  auto spec = own_spec("random_victim");
  spec.count = victims;
  spec.ready = ready_when::reported(patience / 4);  // one may be stopped before it has begun
  spec.health.heartbeat = {.timeout = 3s, .start_within = patience / 4};
  spec.stop.ask_grace = 10s;
  return spec;
}

bool all_run(live_supervisor& sup) {
  auto const all = sup->status();
  return all.size() == victims && std::ranges::all_of(all, [](auto const& worker) {
           return worker.state == worker_state::running && value_of(worker.counters, "lives") == 1u;
         });
}

// One blow to one of them.
void strike(live_supervisor& sup, std::mt19937& random) {
  constexpr int blows[] = {SIGKILL, SIGKILL, SIGKILL, SIGTERM, SIGSEGV, SIGABRT, SIGSTOP, SIGUSR1};
  auto const index = std::uniform_int_distribution<std::size_t>{0, victims - 1}(random);
  auto const blow = blows[std::uniform_int_distribution<std::size_t>{0, std::size(blows) - 1}(random)];
  // It may just have no process: then nobody is hit.
  sup->async_signal(worker_id{"random_victim", index, 0}, blow, [](error_code) {});
}

}  // namespace

BOOST_AUTO_TEST_CASE(workers_killed_at_random_are_all_healed) {
  auto const descriptors_before = [] {
    live_supervisor warm_up;
    warm_up.start(own_spec("random_victim"));
    BOOST_TEST(!warm_up.stop_all());
    return open_descriptors();
  }();
  {
    live_supervisor sup;
    sup.start(victim_spec());
    auto const seed = std::random_device{}();
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    std::mt19937 random{seed};
    for (auto const end = clock::now() + duration; clock::now() < end;) {
      strike(sup, random);
      sup.idle(std::chrono::milliseconds{std::uniform_int_distribution{1, 60}(random)});
    }
    // Those that were stopped or hung last are found; then all run again, and go on to.
    sup.soon([&] { return all_run(sup); });
    sup.idle(4s);
    sup.soon([&] { return all_run(sup); });
    BOOST_TEST(sup.events.count(event_kind::failed) == 0u);
    for (auto const& event : sup.events.of(event_kind::exited)) {
      auto const cause = event.exit->cause;
      BOOST_TEST((cause == exit_cause::itself || cause == exit_cause::heartbeat ||
                  cause == exit_cause::start_timeout),
                 to_string(*event.exit));
    }
    BOOST_TEST(!sup.stop_all());
    BOOST_TEST(sup->running_pids().empty());
  }
  require_soon([] { return !has_children(); });
  BOOST_TEST(open_descriptors() <= descriptors_before);
}

BOOST_AUTO_TEST_SUITE_END()
