// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A pool in a program without an event loop: it runs on a thread of its own, and its operations give futures.

#include <reeve/process_pool.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <iostream>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::uint64_t fibonacci(unsigned n) {
  std::uint64_t a = 0;
  for (std::uint64_t b = 1; n > 0; --n) a = std::exchange(b, a + b);
  return a;
}
reeve::task_fn<std::uint64_t(unsigned)> const fibonacci_task{"fibonacci", fibonacci};

int main(int argc, char** argv) try {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::thread_pool thread{1};  // outlives the pool
  reeve::process_pool pool{thread.get_executor(), {.workers = 2}};
  // get() waits, and throws what went wrong.
  pool.async_start(asio::use_future).get();

  // Started now, waited for later.
  std::future<std::uint64_t> ninety = pool.async_apply(fibonacci_task(90), asio::use_future);
  std::vector<unsigned> const some{10, 20, 30};
  for (auto const n : pool.async_map(fibonacci_task, some, asio::use_future).get()) std::cout << n << '\n';

  // A future that is not ready after a second is a task that still runs.
  if (ninety.wait_for(1s) == std::future_status::ready) std::cout << ninety.get() << '\n';

  // A stream is read in the same way.
  auto results = pool.stream(fibonacci_task, std::vector<unsigned>{40, 50, 60});
  while (auto const item = results.async_next(asio::use_future).get())
    std::cout << "element " << item->index << ": " << item->result.value() << '\n';

  pool.async_close(asio::use_future).get();
} catch (std::exception const& e) {
  std::cerr << e.what() << std::endl;
  return 1;
}
