// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What is told of an exit, and what of a worker that lives, by its counters.

#include "live_supervisor.hpp"
#include "preconditions.hpp"
#include "worker_side.hpp"

#include <csignal>
#include <cstring>
#include <vector>
#include <sys/resource.h>

BOOST_AUTO_TEST_SUITE(exit_records)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

// Three threads count and set a flag without end.
int counts(worker& self) {
  std::atomic<int> counting{0};
  auto const count = [&](std::stop_token stop, std::string const& name) {
    auto own = self.get_counter(name);
    auto shared = self.get_counter("shared");
    auto flag = self.get_flag(name + " on");
    for (std::uint64_t i = 1; !stop.stop_requested(); ++i) {
      own.set(i);
      ++shared;
      flag = true;
      if (i == 1 && ++counting == 3) self.ready();
    }
  };
  std::jthread const one{count, "one"}, two{count, "two"}, three{count, "three"};
  wait_for_stop(self);
  return 0;
}

// Writes as many MiB as it is told, and ends when it is told.
int eats(worker& self) {
  std::vector<char> memory(std::stoul(self.args().at(0)) << 20);
  std::memset(memory.data(), 1, memory.size());
  self.get_counter("byte").set(static_cast<std::uint64_t>(memory[memory.size() / 2]));
  self.ready();
  wait_for_stop(self);
  return 0;
}

// Overwrites all of its page once it has counted, and says so.
int scribbles(worker& self) {
  self.get_counter("before").set(7);
  self.beat();
  if (self.args().empty()) self.ready();
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);)
    if (line.find("memfd:reeve-worker-page") != std::string::npos)
      std::memset(reinterpret_cast<void*>(std::stoull(line, nullptr, 16)), 0xA5, 4096);
  std::cout << "done" << std::endl;
  for (;;) ::pause();
}

int fails(worker& self) {
  self.ready();
  throw std::runtime_error{"no luck today"};
}

int waits(worker& self) {
  self.ready();
  wait_for_stop(self);
  return 0;
}

REEVE_FUNCTION_WORKER("records_counts", counts);
REEVE_FUNCTION_WORKER("records_eats", eats);
REEVE_FUNCTION_WORKER("records_scribbles", scribbles);
REEVE_FUNCTION_WORKER("records_fails", fails);
REEVE_FUNCTION_WORKER("records_waits", waits);

worker_spec once(worker_spec spec) {
  spec.restart.mode = restart_mode::never;
  return spec;
}

}  // namespace

BOOST_AUTO_TEST_CASE(counters_are_read_while_the_worker_is_stopped_and_after_it_was_killed) {
  live_supervisor sup;
  sup.start(once(own_spec("records_counts")));
  auto const pid = sup.pid_of("records_counts");
  ::kill(pid, SIGSTOP);
  auto const is_stopped = [pid] {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    return text.find(") T ") != std::string::npos;
  };
  require_soon(is_stopped);
  auto const live = sup.status_of("records_counts").counters;
  for (auto const* name : {"one", "two", "three", "shared"})
    BOOST_TEST(value_of(live, name).value_or(0) > 0u);
  for (auto const* name : {"one on", "two on", "three on"})
    BOOST_TEST(value_of(live, name).value_or(0) == 1u);
  BOOST_TEST((sup.status_of("records_counts").counters == live));

  ::kill(pid, SIGKILL);
  auto const exit = sup.await_exit();
  BOOST_TEST(exit.status.signal() == SIGKILL);
  BOOST_TEST((exit.counters == live));
  sup.until(event_kind::finished);
  BOOST_TEST(sup.status_of("records_counts").counters.empty());
}

BOOST_AUTO_TEST_CASE(a_page_of_nonsense_ends_its_worker_and_hurts_nobody_else) {
  live_supervisor sup;
  auto spec = once(own_spec("records_scribbles"));
  spec.health.heartbeat = {.timeout = 10s};
  spec.health.heartbeat->start_within = 200ms;  // which also says how soon it is looked at
  sup.start(once(child_spec("hang")));
  auto const other = sup.pid_of("hang");
  begun const started{sup->async_start(spec)};
  auto const exit = sup.await_exit();
  BOOST_TEST(text(exit.cause) == "protocol_violation");
  BOOST_TEST(exit.error == make_error_code(error::protocol_violation));
  BOOST_TEST(exit.status.signal() == SIGKILL);
  BOOST_TEST(exit.reason.find("magic") != std::string::npos, exit.reason);
  sup.until([&] { return started.done(); });
  BOOST_TEST(sup.pid_of("hang") == other);
  BOOST_TEST(sup->status().size() == 2u);
}

BOOST_AUTO_TEST_CASE(nonsense_is_found_by_who_looks_and_never_passed_on) {
  live_supervisor sup;
  auto spec = once(own_spec("records_scribbles"));
  spec.ready = ready_when::spawned();
  sup.start(spec);
  sup.soon([&] {
    for (auto const& counter : sup.status_of("records_scribbles").counters)
      BOOST_TEST(counter.name == "before");
    return sup.events.count(event_kind::exited) != 0;
  });
  auto const exit = sup.await_exit();
  BOOST_TEST(text(exit.cause) == "protocol_violation");
  for (auto const& counter : exit.counters) BOOST_TEST(counter.name == "before");
}

BOOST_AUTO_TEST_CASE(nonsense_is_found_while_the_page_is_asked_for_readiness) {
  live_supervisor sup;
  begun const started{sup->async_start(once(own_spec("records_scribbles", {"unready"})))};
  BOOST_TEST(text(sup.await_exit().cause) == "protocol_violation");
  sup.until([&] { return started.done(); });
}

BOOST_AUTO_TEST_CASE(nonsense_that_nobody_saw_is_told_at_the_exit) {
  live_supervisor sup;
  auto spec = once(own_spec("records_scribbles"));
  spec.ready = ready_when::spawned();
  sup.start(sup.captured(spec));
  sup.until([&] { return !sup.lines.empty(); });
  ::kill(sup.await(event_kind::spawned).pid, SIGKILL);  // not a status: that would be a look
  auto const exit = sup.await_exit();
  BOOST_TEST(text(exit.cause) == "itself");
  BOOST_TEST(exit.error == make_error_code(error::protocol_violation));
  BOOST_TEST(exit.reason.find("magic") != std::string::npos, exit.reason);
}

BOOST_AUTO_TEST_CASE(the_peak_memory_of_a_runtime_worker_is_its_own) {
  live_supervisor sup;
  sup.start(once(own_spec("records_eats", {"64"})));
  BOOST_TEST(!sup.stop_all());
  auto const exit = sup.await_exit();
  BOOST_REQUIRE(exit.peak_memory);
  BOOST_TEST(*exit.peak_memory >= 64u << 20);
  BOOST_TEST(*exit.peak_memory < 1024u << 20);
}

BOOST_AUTO_TEST_CASE(the_peak_memory_of_a_small_program_is_not_the_supervisors) {
  std::vector<char> large(300u << 20);
  std::memset(large.data(), 1, large.size());
  live_supervisor sup;
  sup.start(once(spec_of("true", "/bin/true")));
  auto const exit = sup.await_exit();
  BOOST_TEST(large[large.size() / 2] == 1);
  BOOST_TEST(exit.status.success());
  BOOST_TEST(exit.peak_memory.value_or(0) < 100u << 20);
}

BOOST_AUTO_TEST_CASE(a_foreign_stopped_worker_hears_sigterm) {
  live_supervisor sup;
  auto spec = up_spec_of("slow", "slow_exit", {"0"});
  spec.stop.signal_grace = patience;
  sup.start(spec);
  ::kill(sup.pid_of("slow"), SIGSTOP);
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(sup.await_exit().status.success());
}

BOOST_AUTO_TEST_CASE(a_stopped_worker_of_the_runtime_hears_sigterm) {
  live_supervisor sup;
  auto spec = own_spec("records_waits");
  spec.stop.ask_grace = 100ms;  // it can't answer
  spec.stop.signal_grace = patience;
  sup.start(spec);
  ::kill(sup.pid_of("records_waits"), SIGSTOP);
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(sup.await_exit().status.success());
  BOOST_TEST(text(sup.await_exit().cause) == "stop");
}

BOOST_AUTO_TEST_CASE(the_cause_tells_who_ended_it) {
  live_supervisor sup;
  sup.start(child_spec("hang"));
  ::kill(sup.pid_of("hang"), SIGUSR1);
  auto const crashed = sup.await_exit(1);
  BOOST_TEST(text(crashed.cause) == "itself");
  BOOST_TEST(crashed.status.signal() == SIGUSR1);
  BOOST_TEST(!crashed.error);
  sup.until(event_kind::ready, "hang", 2);

  BOOST_TEST(!sup.restart("hang"));
  BOOST_TEST(text(sup.await_exit(2).cause) == "restart");
  BOOST_TEST(!sup.stop("hang"));
  auto const stopped = sup.await_exit(3);
  BOOST_TEST(text(stopped.cause) == "stop");
  BOOST_TEST(stopped.worker == (worker_id{"hang", 0, 3}));
  BOOST_TEST(stopped.uptime.count() > 0);
}

BOOST_AUTO_TEST_CASE(a_crash_is_told_by_its_exact_signal) {
  live_supervisor sup;
  for (int const number :
       {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGQUIT, SIGTERM, SIGHUP}) {
    auto const name = "crash_" + std::to_string(number);
    sup.start(once(spec_of(name, "crash", {std::to_string(number)})));
    auto const exit = sup.await_exit(1, name);
    BOOST_TEST(exit.status == exit_status::from_signal(number, false));
    BOOST_TEST(text(exit.cause) == "itself");
    BOOST_TEST(sup.events.count(event_kind::exited, name) == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_crash_that_left_a_core_file_is_told_as_such, *only_if<with_core_files>()) {
  std::string name = (std::filesystem::temp_directory_path() / "reeve-core-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(name.data()));
  {
    live_supervisor sup;
    auto spec = once(script("crash", "kill -ABRT $$"));
    spec.process.directory = name;
    spec.process.limits = {{.resource = RLIMIT_CORE, .soft = RLIM_INFINITY, .hard = RLIM_INFINITY}};
    sup.start(spec);
    auto const exit = sup.await_exit();
    BOOST_TEST(exit.status == exit_status::from_signal(SIGABRT, true));
    BOOST_TEST(exit.status.core_dumped());
  }
  BOOST_TEST(!std::filesystem::is_empty(name));
  std::filesystem::remove_all(name);
}

BOOST_AUTO_TEST_CASE(a_worker_that_throws_tells_why) {
  live_supervisor sup;
  auto spec = once(own_spec("records_fails"));
  spec.stdio.err = stdio_target::pipe();
  sup.finish(sup->async_start(spec));
  auto const exit = sup.await_exit();
  BOOST_TEST(exit.status.code() == static_cast<int>(worker_exit::start_failed));
  BOOST_TEST(exit.reason.find("no luck today") != std::string::npos, exit.reason);
  BOOST_REQUIRE(!exit.last_lines.empty());
  BOOST_TEST(exit.last_lines.back().find("no luck today") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(cpu_time_is_the_workers_own) {
  live_supervisor sup;
  sup.start(once(child_spec("busy")));
  auto const pid = sup.pid_of("busy");
  clockid_t cpu_clock{};
  BOOST_REQUIRE(::clock_getcpuclockid(pid, &cpu_clock) == 0);
  timespec used{};
  require_soon([&] { return ::clock_gettime(cpu_clock, &used) == 0 && used.tv_nsec >= 100'000'000; });
  ::kill(pid, SIGKILL);
  auto const exit = sup.await_exit();
  BOOST_TEST((exit.user_time + exit.system_time >= 50ms));
}

BOOST_AUTO_TEST_CASE(the_last_exits_are_kept_and_no_more) {
  live_supervisor sup{{.exit_history = 3}};
  sup.start(child_spec("sleep_exit", {"10", "5"}));
  sup.until(event_kind::exited, "sleep_exit", 6);
  BOOST_TEST(!sup.stop_all());
  auto const exits = sup->exits({"sleep_exit", 0, 0});
  BOOST_REQUIRE(exits.size() == 3u);
  for (std::size_t i = 1; i < 3; ++i)
    BOOST_TEST(exits[i]->worker.generation == exits[i - 1]->worker.generation + 1);
  BOOST_TEST(sup.status_of("sleep_exit").last_exit == exits[2]);
}

BOOST_AUTO_TEST_SUITE_END()
