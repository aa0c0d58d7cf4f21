// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 9: tasks have time limits. The soft one asks the task to stop; the hard one kills its worker.

#include <reeve/process_pool.hpp>
#include <reeve/this_task.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Adds up a series until it is asked to stop, and is content with what it has.
double estimate_pi() {
  double sum = 0;
  for (double i = 1; !reeve::this_task::stop_requested(); i += 4) sum += 4 / i - 4 / (i + 2);
  return sum;
}
reeve::task_fn<double()> const estimate_pi_task{"estimate_pi", estimate_pi};

// Has nothing to show for half the work: it throws when it is asked to stop.
void all_or_nothing() {
  while (!reeve::this_task::stop_requested()) {
  }
  throw std::runtime_error{"stopped half-way"};
}
reeve::task_fn<void()> const all_or_nothing_task{"all_or_nothing", all_or_nothing};

// Hears nothing.
void hang() {
  for (volatile bool forever = true; forever;) {
  }
}
reeve::task_fn<void()> const hang_task{"hang", hang};

asio::awaitable<void> run() {
  // The limits of all calls that do not bring their own. They are counted from the start of a task.
  reeve::pool_params const params{.workers = 2, .soft_limit = 300ms, .hard_limit = 1s};
  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  co_await pool.async_start();

  double const pi = co_await pool.async_apply(estimate_pi_task());
  std::cout << "pi is about " << pi << std::endl;

  try {
    co_await pool.async_apply(all_or_nothing_task());
  } catch (reeve::task_timed_out const& e) {
    std::cout << "soft limit: " << e.what() << std::endl;
  }

  // The limit of this one call.
  reeve::call_options const short_lived{.hard_limit = 500ms};
  try {
    co_await pool.async_apply(hang_task().with(short_lived));
  } catch (reeve::task_timed_out const& e) {
    std::cout << "hard limit: " << e.what() << std::endl;
  }

  // The worker that was killed is replaced.
  std::cout << pool.status().timeouts << " worker was killed" << std::endl;
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
