// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A task whose worker dies is lost, unless its caller says that it may be run again. One that kills every worker
// is put in quarantine, and the pool goes on.

#include <reeve/process_pool.hpp>
#include <reeve/this_task.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstddef>
#include <exception>
#include <iostream>
#include <signal.h>

namespace asio = boost::asio;

// Succeeds at its third attempt.
std::size_t unlucky() {
  if (reeve::this_task::attempt() < 3) ::raise(SIGKILL);
  return reeve::this_task::attempt();
}
reeve::task_fn<std::size_t()> const unlucky_task{"unlucky", unlucky};

reeve::task_fn<void()> const poison{"poison", [] { ::raise(SIGKILL); }};

reeve::task_fn<int(int)> const square{"square", [](int x) { return x * x; }};

asio::awaitable<void> run() {
  reeve::pool_params const params{.workers = 2, .logging = reeve::log_level::off};
  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  co_await pool.async_start();

  // By default a task that had begun is not run again: it may have done half its work.
  try {
    co_await pool.async_apply(unlucky_task());
  } catch (reeve::worker_lost const& e) {
    std::cout << e.what() << std::endl;
  }

  // This one does no harm when it is run again.
  reeve::call_options retried;
  retried.max_attempts = 3;
  retried.correlation_id = "order 4711";
  retried.on_accepted = [](reeve::task_info const& task) {
    std::cout << task.name << ", attempt " << task.attempt << ", on " << task.worker << std::endl;
  };
  auto const attempts = co_await pool.async_apply(unlucky_task().with(retried));
  std::cout << "done at attempt " << attempts << std::endl;

  try {
    co_await pool.async_apply(poison().with(retried));
  } catch (reeve::task_quarantined const& e) {
    std::cout << e.what() << " (" << e.attempts() << " attempts; " << e.exit() << ')' << std::endl;
  }

  // Deaths that were a task's doing do not count against the pool.
  std::cout << "3 * 3 = " << co_await pool.async_apply(square(3)) << std::endl;
  auto const status = pool.status();
  std::cout << status.losses << " workers lost, " << status.retried << " tasks run again" << std::endl;
  co_await pool.async_close();
}

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
