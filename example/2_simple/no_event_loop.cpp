// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A program without an event loop: the supervisor runs on a thread pool, and its operations give futures.

#include <reeve/reeve.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <iostream>
#include <signal.h>

namespace asio = boost::asio;

int main() try {
  asio::thread_pool pool{1};  // outlives the supervisor
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{pool.get_executor(), params};

  reeve::worker_spec sleeper;
  sleeper.name = "sleeper";
  sleeper.command = {"sleep", "60"};
  sleeper.count = 3;
  // get() waits, and throws what went wrong.
  supervisor.async_start(sleeper, asio::use_future).get();

  for (auto const& worker : supervisor.status())
    std::cout << worker.worker << ' ' << to_string(worker.state) << ", pid " << worker.pid << std::endl;

  // The stream of events can be read in the same way.
  auto events = supervisor.subscribe();
  reeve::worker_id const second{.name = "sleeper", .index = 1};
  supervisor.async_signal(second, SIGKILL, asio::use_future).get();
  for (;;) {
    auto const received = events.async_next(asio::use_future).get();
    std::cout << received.event << std::endl;
    if (received.event.kind == reeve::event_kind::ready) break;
  }

  supervisor.async_stop_all(asio::use_future).get();
  std::cout << "all stopped" << std::endl;
} catch (std::exception const& e) {
  std::cerr << e.what() << std::endl;
  return 1;
}
