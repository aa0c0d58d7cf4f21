// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 2: several instances of one program, each with arguments and an environment of its own.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> run() {
  reeve::supervisor_params const params{.logging = reeve::log_level::warning};
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};

  reeve::worker_spec shard;
  shard.name = "shard";
  shard.command = {"sh", "-c", "echo \"$ROLE keeps the keys from $1 in $STORE\"", "sh"};
  shard.count = 3;
  // For all of them. The rest is inherited, unless it is cleared.
  shard.env.set("STORE", "memory");
  // Called for each start of each instance, restarts too, with copies of the command and the environment.
  shard.for_instance = [](std::size_t index, reeve::command& command, reeve::environment& env) {
    command.args.push_back(std::to_string(index * 1000));
    env.set("ROLE", index == 0 ? "the leader" : "a follower");
  };
  // A program that is meant to end: only a failure restarts it.
  shard.restart.mode = reeve::restart_mode::on_failure;

  auto events = supervisor.subscribe();  // step 4 tells more
  co_await supervisor.async_start(shard);

  for (std::size_t running = shard.count; running > 0;) {
    auto const [event, lost] = co_await events.async_next();
    if (event.kind == reeve::event_kind::finished) --running;
  }

  // A worker is named by its spec's name, its index, and its generation: the count of its incarnations.
  for (auto const& worker : supervisor.status("shard"))
    std::cout << worker.worker << ": " << to_string(worker.state) << ", " << worker.last_exit->status
              << std::endl;
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
