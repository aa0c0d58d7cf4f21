// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 1: run one program, and restart it when it ends.
//
// The supervisor's own log, which goes to Boost.Log, shows what happens.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> run() {
  auto const executor = co_await asio::this_coro::executor;
  reeve::supervisor supervisor{executor};

  // What to run: a program that greets and then crashes. A name and a command are all that is needed.
  reeve::worker_spec greeter;
  greeter.name = "greeter";
  greeter.command = {"sh", "-c", "echo hello from process $$; sleep 0.2; exit 1"};

  // How to keep it alive. Everything has a default: restart always, after a wait that doubles, and give up
  // after 5 restarts within a minute. Here the wait is constant.
  greeter.restart.delay = 100ms;
  greeter.restart.backoff = 1;

  // Completes when the worker is up. From here on it is kept alive.
  co_await supervisor.async_start(greeter);

  asio::steady_timer timer{executor, 1s};
  co_await timer.async_wait(asio::deferred);

  for (auto const& worker : supervisor.status())
    std::cout << worker.worker << " is " << to_string(worker.state) << " after " << worker.restarts
              << " restarts" << std::endl;

  // Completes when nothing runs any more.
  co_await supervisor.async_stop_all();
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
