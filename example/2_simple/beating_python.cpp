// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Python workers that beat and count through the shared page: see python_worker.py. One hangs, and is replaced.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>
#include <signal.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> run(std::string script) {
  reeve::supervisor_params params;
  params.logging = reeve::log_level::off;
  params.on_event = [](reeve::worker_event const& event) { std::cout << event << std::endl; };
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};
  auto events = supervisor.subscribe();

  reeve::worker_spec python;
  python.name = "python";
  python.command = {"python3", script};
  python.count = 2;
  // The page is there for programs that are asked for a heartbeat, in any language.
  python.ready = reeve::ready_when::first_beat(30s);
  python.health.heartbeat = {.timeout = 1s, .start_within = 30s};
  co_await supervisor.async_start(python);

  reeve::worker_id const second{.name = "python", .index = 1};
  co_await supervisor.async_signal(second, SIGSTOP);
  for (bool replaced = false; !replaced;) {
    auto const [event, lost] = co_await events.async_next();
    replaced = event.kind == reeve::event_kind::ready && event.worker.generation == 2;
  }

  co_await supervisor.async_stop_all();
  for (auto const& worker : supervisor.status()) {
    std::cout << *worker.last_exit;
    for (auto const& counter : worker.last_exit->counters)
      std::cout << ", " << counter.name << ' ' << counter.value;
    std::cout << std::endl;
  }
}

// beating_python [SCRIPT]
int main(int argc, char** argv) {
  asio::io_context io;
  asio::co_spawn(io, run(argc > 1 ? argv[1] : PYTHON_WORKER), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
