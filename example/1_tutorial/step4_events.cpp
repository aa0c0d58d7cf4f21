// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 4: events, by callback and as a stream.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> run() {
  reeve::supervisor_params params;
  params.logging = reeve::log_level::off;
  // The callback sees every event, in order. It may call back into the supervisor.
  params.on_event = [](reeve::worker_event const& event) { std::cout << event << std::endl; };
  reeve::supervisor supervisor{co_await asio::this_coro::executor, std::move(params)};

  reeve::worker_spec crasher;
  crasher.name = "crasher";
  crasher.command = {"sh", "-c", "sleep 0.1; kill -SEGV $$"};
  crasher.restart = {.delay = 50ms, .max_restarts = 3};

  // The stream holds what happened since it was asked for, so that nothing is missed between the start and
  // the first look at it. There may be many streams; a slow reader is told how many events it lost.
  auto events = supervisor.subscribe();
  co_await supervisor.async_start(crasher);

  // The budget of 3 restarts is soon spent: then the worker is down for good.
  for (;;) {
    auto const [event, lost] = co_await events.async_next();
    if (event.kind == reeve::event_kind::backoff)
      std::cout << "  the stream says: restart in " << event.delay / 1ms << " ms" << std::endl;
    if (event.kind != reeve::event_kind::failed) continue;
    std::cout << "  the stream says: gave up, because: " << event.reason << std::endl;
    break;
  }

  // Events pass; the last exits of each worker are kept.
  for (auto const& exit : supervisor.exits({.name = "crasher"}))
    std::cout << "generation " << exit->worker.generation << " ended by " << exit->status << std::endl;
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
