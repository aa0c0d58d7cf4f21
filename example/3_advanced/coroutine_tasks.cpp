// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Tasks that wait more than they work are coroutines: a worker runs many of them at a time on its event loop.
// Their soft limit cancels what they wait for.

#include <reeve/process_pool.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <ranges>
#include <tuple>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Asks a slow sensor, here a timer. Its executor is the worker's event loop.
asio::awaitable<int> read_sensor(int number, int delay_in_ms) {
  asio::steady_timer answer{co_await asio::this_coro::executor, std::chrono::milliseconds{delay_in_ms}};
  co_await answer.async_wait(asio::use_awaitable);
  co_return 100 + number;
}
reeve::task_fn<asio::awaitable<int>(int, int)> const sensor{"sensor", read_sensor};

asio::awaitable<void> run() {
  // 2 workers with 16 tasks each: 32 at a time.
  reeve::pool_params const params{.workers = 2, .soft_limit = 2s, .concurrency = 16};
  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  co_await pool.async_start();

  // One after the other these would take ten seconds.
  auto const start = std::chrono::steady_clock::now();
  auto const sensors = std::views::iota(0, 100) | std::views::transform([](int i) {
                         return std::tuple{i, 100};
                       });
  auto const values = co_await pool.async_map(sensor, sensors);
  auto const time = std::chrono::steady_clock::now() - start;
  std::cout << values.size() << " sensors in " << time / 1ms << " ms" << std::endl;

  // One that does not answer: after its soft limit the wait is cancelled. The worker and its other tasks go on.
  try {
    co_await pool.async_apply(sensor(7, 60'000));
  } catch (reeve::task_timed_out const& e) {
    std::cout << e.what() << std::endl;
  }
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
