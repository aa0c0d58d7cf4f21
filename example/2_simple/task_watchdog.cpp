// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A watchdog over tasks that are programs: each has a time limit and three attempts.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A health hook: healthy while the task is within its time.
asio::awaitable<reeve::health_result> within(std::chrono::steady_clock::duration limit,
                                             reeve::worker_view task) {
  reeve::health_result result;
  result.ok = std::chrono::steady_clock::now() - task.started_at < limit;
  if (!result.ok) result.reason = "the task took too long";
  co_return result;
}

reeve::worker_spec task(std::string name, std::string script) {
  reeve::worker_spec spec;
  spec.name = std::move(name);
  spec.command = {"sh", "-c", std::move(script), "sh"};
  // The script is told which attempt it is.
  spec.for_instance = [attempt = 0](std::size_t, reeve::command& command, reeve::environment&) mutable {
    command.args.push_back(std::to_string(++attempt));
  };

  spec.health.check = [](reeve::worker_view view) { return within(500ms, std::move(view)); };
  spec.health.interval = 100ms;
  spec.health.failures = 1;

  spec.restart.mode = reeve::restart_mode::on_failure;
  spec.restart.delay = 50ms;
  spec.restart.max_restarts = 2;
  return spec;
}

asio::awaitable<void> run() {
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};
  auto events = supervisor.subscribe();

  auto const good = task("good", "sleep 0.1");
  auto const flaky = task("flaky", "sleep 0.1; test $1 -ge 3");
  auto const stuck = task("stuck", "sleep 60");
  co_await supervisor.async_start(good);
  co_await supervisor.async_start(flaky);
  co_await supervisor.async_start(stuck);

  for (int unfinished = 3; unfinished > 0;) {
    auto const [event, lost] = co_await events.async_next();
    if (event.exit) std::cout << *event.exit << std::endl;
    if (event.kind == reeve::event_kind::finished || event.kind == reeve::event_kind::failed) --unfinished;
  }
  for (auto const& worker : supervisor.status())
    std::cout << worker.worker.name << ' ' << to_string(worker.state) << " after " << worker.restarts + 1
              << " attempts" << std::endl;
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
