// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Cancellation: any operation can be given up, here by a time limit with operator||.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

asio::awaitable<void> sleep_for(std::chrono::steady_clock::duration time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> run() {
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};

  // A worker that will not be ready: nothing listens on its port. A start that is cancelled stops what it
  // started.
  reeve::worker_spec slow;
  slow.name = "slow";
  slow.command = {"sleep", "60"};
  slow.ready = reeve::ready_when::tcp([](std::size_t) { return std::uint16_t{9}; });
  auto const started = co_await (supervisor.async_start(slow, asio::use_awaitable) || sleep_for(300ms));
  std::cout << (started.index() == 0 ? "started" : "given up: not ready in time") << '\n';

  auto events = supervisor.subscribe();
  while (supervisor.status("slow").front().state != reeve::worker_state::stopped)
    co_await events.async_next();
  std::cout << "and stopped" << std::endl;

  // A wait for an event loses none by being cancelled.
  auto const received = co_await (events.async_next(asio::use_awaitable) || sleep_for(100ms));
  if (received.index() == 0)
    std::cout << std::get<0>(received).event << std::endl;
  else
    std::cout << "no event" << std::endl;

  // A stop goes on when its caller no longer waits for it: this worker does not heed SIGTERM.
  reeve::worker_spec stubborn;
  stubborn.name = "stubborn";
  stubborn.command = {"sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"};
  stubborn.stop.signal_grace = 500ms;
  co_await supervisor.async_start(stubborn);
  co_await sleep_for(100ms);
  auto const stopped = co_await (supervisor.async_stop("stubborn", asio::use_awaitable) || sleep_for(200ms));
  std::cout << (stopped.index() == 0 ? "stopped" : "not stopped yet, and no longer waited for") << std::endl;

  // The second stop joins the first.
  co_await supervisor.async_stop("stubborn");
  std::cout << *supervisor.status("stubborn").front().last_exit << std::endl;
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
