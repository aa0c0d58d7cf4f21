// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 7: a worker that is a class with an event loop, with heartbeat, counters and flags. One hangs, and is
// replaced.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>
#include <signal.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

class price_feed {
 public:
  explicit price_feed(reeve::worker& self)
      : timer_{self.get_executor()},
        received_{self.get_counter("received")},
        connected_{self.get_flag("connected")} {}

  // Runs until it is done, or is cancelled by a shutdown. It is ready once this was entered. The loop beats by
  // itself; a loop that is blocked does not.
  asio::awaitable<void> start() {
    connected_ = true;
    for (;;) {
      timer_.expires_after(10ms);
      co_await timer_.async_wait(asio::deferred);
      ++received_;
    }
  }

  // Called once at the end, whatever became of start.
  asio::awaitable<void> stop() {
    connected_ = false;
    co_return;
  }

 private:
  asio::steady_timer timer_;
  reeve::counter received_;
  reeve::flag connected_;
};
REEVE_WORKER("price_feed", price_feed);

asio::awaitable<void> run() {
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};

  reeve::worker_spec feed;
  feed.name = "feed";
  feed.command = reeve::in_this_program("price_feed");
  feed.count = 2;
  feed.ready = reeve::ready_when::reported();
  feed.health.heartbeat = {.timeout = 1s, .start_within = 10s};

  auto events = supervisor.subscribe();
  co_await supervisor.async_start(feed);

  // A stopped process does not beat: it is found out, ended and replaced.
  reeve::worker_id const second{.name = "feed", .index = 1};
  co_await supervisor.async_signal(second, SIGSTOP);
  for (bool replaced = false; !replaced;) {
    auto const [event, lost] = co_await events.async_next();
    std::cout << event << std::endl;
    replaced = event.kind == reeve::event_kind::ready && event.worker.generation == 2;
  }

  for (auto const& worker : supervisor.status("feed"))
    for (auto const& counter : worker.counters)
      std::cout << worker.worker << ' ' << counter.name << " = " << counter.value << std::endl;

  co_await supervisor.async_stop_all();
}

int main(int argc, char** argv) {
  // In a process that was started as a worker of this program, this runs the worker.
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
