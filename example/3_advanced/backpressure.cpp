// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A producer that is faster than its workers waits for them: what is in the pool stays within its bound, and the
// memory with it.

#include <reeve/process_pool.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::size_t compress(std::string const& text) {
  std::this_thread::sleep_for(1ms);  // hard work
  return text.size() / 2;
}
reeve::task_fn<std::size_t(std::string)> const compress_task{"compress", compress};

asio::awaitable<void> run() {
  reeve::pool_params const params{.workers = 2, .max_in_flight = 20};
  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  co_await pool.async_start();

  std::size_t compressed = 0;
  std::size_t most = 0;
  std::exception_ptr failure;
  for (int i = 0; i < 500; ++i) {
    // Without this line all 500 would be handed over at once, and wait inside the pool.
    co_await pool.async_wait_for_room();
    pool.async_apply(compress_task(std::string(10'000, 'x')), [&](std::exception_ptr e, std::size_t size) {
      compressed += size;
      if (e) failure = e;
    });
    auto const status = pool.status();
    most = std::max(most, status.waiting + status.queued + status.dispatched);
  }
  co_await pool.async_close();  // when all of them have ended
  if (failure) std::rethrow_exception(failure);
  std::cout << compressed << " bytes; never more than " << most << " tasks in the pool" << std::endl;
}

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
