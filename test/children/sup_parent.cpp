// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// sup_parent MODE: a program with a supervisor, for tests of what becomes of it.
//
// "beats" MS: runs two workers with that heartbeat timeout, prints their pids and "up", then a line every
//   50 ms: "all well", or what has become of them. Prints "continued" when it was stopped and continued.
// "death" PROGRAM: runs PROGRAM, workers of its own with a child in their group each, one of them deaf to any
//   request, and one that is to live on. Prints their pids by kind, then "up", and sleeps for ever.

#include "reeve/supervisor.hpp"
#include "reeve/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::awaitable;

class looping {
 public:
  explicit looping(reeve::worker&) {}
  awaitable<void> start() {
    asio::steady_timer timer{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    co_await timer.async_wait(asio::use_awaitable);
  }
  awaitable<void> stop() { co_return; }
};

// Its child is known by its pid in the counter.
void fork_child(reeve::worker& self) {
  auto const child = ::fork();
  if (child == 0)
    for (;;) ::pause();
  self.get_counter("child").set(static_cast<std::uint64_t>(child));
}

class with_child : public looping {
 public:
  explicit with_child(reeve::worker& self) : looping{self} { fork_child(self); }
};

int deaf(reeve::worker& self) {
  fork_child(self);
  self.ready();
  for (;;) ::pause();
}

REEVE_WORKER("looping", looping);
REEVE_WORKER("with_child", with_child);
REEVE_FUNCTION_WORKER("deaf", deaf);

void say(std::string const& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

void require(reeve::error_code ec) {
  if (!ec) return;
  std::fprintf(stderr, "sup_parent: %s\n", ec.message().c_str());
  std::exit(1);
}

reeve::worker_spec own(std::string type) {
  reeve::worker_spec spec;
  spec.name = type;
  spec.command = reeve::in_this_program(type);
  spec.ready = reeve::ready_when::reported(60s);
  return spec;
}

awaitable<void> start(reeve::supervisor& sup, reeve::worker_spec spec) {
  reeve::error_code ec;
  co_await sup.async_start(std::move(spec), asio::redirect_error(asio::use_awaitable, ec));
  require(ec);
}

std::string what_became(reeve::supervisor const& sup) {
  for (auto const& worker : sup.status())
    if (worker.restarts != 0 || !worker.alive()) return to_string(worker.worker) + " was ended";
  return "all well";
}

awaitable<void> run_beats(reeve::supervisor& sup, std::chrono::milliseconds timeout) {
  auto spec = own("looping");
  spec.count = 2;
  spec.health.heartbeat = {.timeout = timeout, .start_within = 60s};
  spec.ready = reeve::ready_when::first_beat(60s);
  co_await start(sup, spec);
  for (auto const pid : sup.running_pids()) say(std::to_string(pid));
  say("up");
  for (asio::steady_timer timer{co_await asio::this_coro::executor};;) {
    timer.expires_after(50ms);
    co_await timer.async_wait(asio::use_awaitable);
    say(what_became(sup));
  }
}

void tell_pids(reeve::supervisor const& sup) {
  for (auto const& worker : sup.status()) {
    say(worker.worker.name + ' ' + std::to_string(worker.pid));
    for (auto const& counter : worker.counters) say(worker.worker.name + ' ' + std::to_string(counter.value));
  }
}

awaitable<void> run_death(reeve::supervisor& sup, std::string program) {
  reeve::worker_spec foreign;
  foreign.name = "foreign";
  foreign.command = {program};
  foreign.stdio.out = reeve::stdio_target::null();
  auto survivor = foreign;
  survivor.name = "survivor";
  survivor.on_death = reeve::on_supervisor_death::live_on;
  auto orderly = own("with_child");
  orderly.ready = reeve::ready_when::first_beat(60s);
  orderly.health.heartbeat.emplace();
  co_await start(sup, foreign);
  co_await start(sup, survivor);
  co_await start(sup, orderly);
  co_await start(sup, own("deaf"));
  tell_pids(sup);
  say("up");
}

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  std::string_view const mode = argc > 1 ? argv[1] : "";
  asio::io_context io;
  auto const forever = asio::make_work_guard(io);
  asio::signal_set continued{io, SIGCONT};
  continued.async_wait([](auto, auto) { say("continued"); });
  reeve::supervisor sup{io.get_executor(), {.logging = reeve::log_level::off}};
  if (mode == "beats" && argc > 2)
    asio::co_spawn(io, run_beats(sup, std::chrono::milliseconds{std::atoi(argv[2])}), asio::detached);
  if (mode == "death") asio::co_spawn(io, run_death(sup, argc > 2 ? argv[2] : ""), asio::detached);
  io.run();
}
