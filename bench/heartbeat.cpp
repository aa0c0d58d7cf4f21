// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What watching costs: the worker that beats, and the supervisor that listens.

#include "common/compare.hpp"
#include "common/idle_calls.hpp"
#include "common/processes.hpp"
#include "common/test_bed.hpp"
#include "reeve/worker.hpp"

#include <condition_variable>
#include <exception>
#include <fstream>
#include <mutex>
#include <malloc.h>

namespace {

using namespace reeve;
using namespace reeve::bench;
using namespace std::chrono_literals;

constexpr std::size_t many = 1'000;

// ---- the workers -----------------------------------------------------------------------------------------

/// Beats once a second.
int beat_slowly(worker& self) {
  self.ready();
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  while (!self.stop_requested()) {
    self.beat();
    wake.wait_for(lock, self.stop_token(), 1s, [] { return false; });
  }
  return 0;
}
REEVE_FUNCTION_WORKER("beat_slowly", beat_slowly);

/// Says in a counter how many picoseconds a beat takes.
int time_beats(worker& self) {
  constexpr int beats = 1'000'000;
  constexpr int rounds = 500;
  std::vector<double> took;
  for (int i = 0; i < rounds; ++i)
    took.push_back(seconds([&] {
      for (int n = 0; n < beats; ++n) self.beat();
    }));
  self.get_counter("beat_ps").set(static_cast<std::uint64_t>(median(std::move(took)) / beats * 1e12));
  return 0;
}
REEVE_FUNCTION_WORKER("time_beats", time_beats);

// ---- the supervisor --------------------------------------------------------------------------------------

void measure_beat() {
  progress("a worker's beat");
  std::shared_ptr<exit_record const> exit;
  test_bed bed{[&](worker_event const& event) {
    if (event.kind == event_kind::exited) exit = event.exit;
  }};
  worker_spec spec;
  spec.name = "beater";
  spec.command = in_this_program("time_beats");
  spec.health.heartbeat = heartbeat_policy{};
  spec.restart.mode = restart_mode::never;
  bed.start(std::move(spec));
  bed.run_until([&] { return exit != nullptr; });
  for (auto const& counter : exit->counters)
    if (counter.name == "beat_ps")
      return report("heartbeat", "beat_ns", static_cast<double>(counter.value) / 1e3, "ns",
                    "worker::beat on the page of a supervised worker, median of 500 rounds of 1000000");
  throw std::runtime_error{to_string(*exit)};
}

/// Bytes in use that malloc gave out, in all arenas.
std::size_t heap_in_use() {
  auto const info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Bytes of this process's own memory that are resident: heap and stacks, but neither files nor shared pages.
std::size_t own_resident_memory() {
  std::ifstream status{"/proc/self/status"};
  for (std::string name; status >> name;) {
    std::size_t kilobytes = 0;
    if (name == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
  }
  throw std::runtime_error{"/proc/self/status has no RssAnon"};
}

/// Of all threads of this process, and of no children.
double cpu_seconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) raw::fail("getrusage");
  auto const of = [](timeval const& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

void measure_many() {
  progress("starting " + std::to_string(many) + " workers that beat");
  bool unhealthy = false;
  test_bed bed{[&](worker_event const& event) {
    unhealthy |= event.kind == event_kind::unhealthy || event.kind == event_kind::exited;
  }};
  worker_spec spec;
  spec.name = "beater";
  spec.command = in_this_program("beat_slowly");
  spec.count = many;
  spec.ready = ready_when::reported();
  spec.health.heartbeat = heartbeat_policy{.timeout = 4s};  // checked every second

  auto const heap = heap_in_use();
  auto const resident = own_resident_memory();
  bed.start(std::move(spec));
  bed.io.run_for(5s);
  auto const per_worker = [](std::size_t after, std::size_t before) {
    return (static_cast<double>(after) - static_cast<double>(before)) / many;
  };
  report("heartbeat", "bytes_per_worker", per_worker(heap_in_use(), heap), "bytes",
         "growth of the heap in use with " + std::to_string(many) +
             " workers; resident private memory grew by " +
             number(per_worker(own_resident_memory(), resident), 0) + " bytes per worker");

  progress("watching them for 15 s");
  steal_watch steal;
  auto const cpu = cpu_seconds();
  auto const wall = seconds([&] { bed.io.run_for(15s); });
  auto const used = cpu_seconds() - cpu;
  report("heartbeat", "cpu_percent_1000", used / wall * 100, "percent of a core",
         number(used * 1e3, 1) + " ms of CPU in " + number(wall, 1) + " s, " + std::to_string(many) +
             " workers that beat and are checked every second; steal " + number(steal.share() * 100, 1) +
             " %");
  if (unhealthy) throw std::runtime_error{"a worker did not stay up"};
  bed.stop_all({.graceful = false});
}

void measure_idle() {
  progress("listening to an idle supervisor for 10 s");
  report("heartbeat", "idle_syscalls", static_cast<double>(count_idle_calls()), "calls",
         "all threads of a supervisor of 10 /bin/sleep without health checks, 10 s, by strace");
}

}  // namespace

int main(int argc, char** argv) try {
  if (auto const code = run_as_worker(argc, argv)) return *code;
  if (argc > 1 && std::string_view{argv[1]} == idle_argument) return be_idle();
  raise_descriptor_limit();
  measure_beat();
  measure_many();
  measure_idle();
} catch (std::exception const& e) {
  reeve::bench::progress(e.what());
  return 1;
}
