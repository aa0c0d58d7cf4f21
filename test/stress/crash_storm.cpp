// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A thousand workers that crash all at once.

#include "live_supervisor.hpp"

#include <set>
#include <sys/resource.h>

BOOST_AUTO_TEST_SUITE(crash_storm)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

constexpr std::size_t many = 1000;

worker_spec thousand() {
  auto spec = child_spec("hang");
  spec.count = many;
  return spec;
}

// A descriptor each, and some more.
void allow_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 4096));
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool all_run(live_supervisor& sup, std::uint64_t generation) {
  auto const all = sup->status();
  return all.size() == many && std::ranges::all_of(all, [&](auto const& worker) {
           return worker.state == worker_state::running && worker.worker.generation == generation;
         });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_thousand_workers_start_crash_at_once_come_back_and_stop) {
  allow_descriptors();
  auto const descriptors_before = [] {
    live_supervisor warm_up;
    warm_up.start(child_spec("hang"));
    BOOST_TEST(!warm_up.stop_all());
    return open_descriptors();
  }();
  {
    std::size_t ready = 0;
    live_supervisor sup{{.on_event = [&](worker_event const& e) { ready += e.kind == event_kind::ready; }}};
    sup.start(thousand());
    BOOST_TEST(all_run(sup, 1));
    auto const pids = sup->running_pids();
    BOOST_TEST(std::set(pids.begin(), pids.end()).size() == many);

    for (auto const pid : pids) ::kill(pid, SIGKILL);
    sup.until([&] { return ready == 2 * many; });
    BOOST_TEST(all_run(sup, 2));
    BOOST_TEST(sup.events.count(event_kind::exited) == many);
    for (auto const& event : sup.events.of(event_kind::exited)) {
      BOOST_TEST(event.exit->status.signal() == SIGKILL);
      BOOST_TEST(text(event.exit->cause) == "itself");
    }

    BOOST_TEST(!sup.stop_all());
    BOOST_TEST(sup->running_pids().empty());
  }
  require_soon([] { return !has_children(); });
  BOOST_TEST(open_descriptors() <= descriptors_before);
}

BOOST_AUTO_TEST_CASE(a_thousand_workers_end_with_their_supervisor) {
  allow_descriptors();
  std::vector<pid_t> pids;
  {
    live_supervisor sup;
    sup.start(thousand());
    pids = sup->running_pids();
  }
  require_soon([] { return !has_children(); });
  for (auto const pid : pids) BOOST_TEST(!exists(pid));
}

BOOST_AUTO_TEST_SUITE_END()
