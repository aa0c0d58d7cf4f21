// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 5: commands: stop, restart, scale, signal, remove.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>
#include <signal.h>

namespace asio = boost::asio;

void show(char const* title, reeve::supervisor const& supervisor) {
  std::cout << title << ':';
  for (auto const& worker : supervisor.status())
    std::cout << "  " << worker.worker << ' ' << to_string(worker.state);
  std::cout << std::endl;
}

asio::awaitable<void> run() {
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};

  reeve::worker_spec sleeper;
  sleeper.name = "sleeper";
  sleeper.command = {"sleep", "60"};
  sleeper.count = 2;
  co_await supervisor.async_start(sleeper);
  show("started", supervisor);

  co_await supervisor.async_scale("sleeper", 4);
  show("scaled up", supervisor);

  // A name means all its instances; a restart goes from one to the next when the one before is ready.
  co_await supervisor.async_restart("sleeper");
  show("restarted", supervisor);

  // An id means one instance. With a generation it means that incarnation only, and never hits a successor.
  reeve::worker_id const third{.name = "sleeper", .index = 2};
  co_await supervisor.async_stop(third);
  show("one stopped", supervisor);

  // Restarting what is down starts it.
  co_await supervisor.async_restart(third);
  show("and started", supervisor);

  // By default a stop asks first, and kills only what does not heed it. This one does not ask.
  co_await supervisor.async_stop(third, {.graceful = false});
  auto const stopped = supervisor.find(third);
  std::cout << "ended at once: " << *stopped->last_exit << std::endl;

  co_await supervisor.async_scale("sleeper", 1);
  show("scaled down", supervisor);

  // Any other signal; it goes to the worker and to nobody who may have got its pid.
  co_await supervisor.async_signal("sleeper", SIGCONT);

  co_await supervisor.async_remove("sleeper");
  show("removed", supervisor);
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
