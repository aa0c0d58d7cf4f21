// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Counts primes as a stream: the results are taken as they come, and a bar shows how far it is.

#include <reeve/process_pool.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdint>
#include <exception>
#include <iostream>
#include <ranges>
#include <string>
#include <tuple>

namespace asio = boost::asio;

bool is_prime(std::uint64_t n) {
  for (std::uint64_t i = 2; i * i <= n; ++i)
    if (n % i == 0) return false;
  return n >= 2;
}

reeve::task_fn<std::uint64_t(std::uint64_t, std::uint64_t)> const count_primes{
    "count_primes", [](std::uint64_t first, std::uint64_t last) {
      std::uint64_t primes = 0;
      for (auto n = first; n < last; ++n)
        if (is_prime(n)) ++primes;
      return primes;
    }};

void show(std::size_t done, std::size_t parts, std::uint64_t primes) {
  std::size_t const width = 40;
  auto const filled = done * width / parts;
  std::cout << "\r[" << std::string(filled, '#') << std::string(width - filled, '.') << "] " << primes
            << " primes" << std::flush;
}

asio::awaitable<void> run() {
  std::size_t const parts = 500;
  std::uint64_t const length = 4000;
  // Made as it is read: the pool reads only a little ahead of the results that were taken.
  auto ranges =
      std::views::iota(std::uint64_t{0}, std::uint64_t{parts}) | std::views::transform([](std::uint64_t i) {
        return std::tuple{i * length, (i + 1) * length};
      });

  reeve::pool_params const params;  // by default as many workers as there are processors
  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  co_await pool.async_start();

  std::size_t done = 0;
  std::uint64_t primes = 0;
  auto results = pool.stream(count_primes, ranges, {.order = reeve::order::completion});
  while (auto const item = co_await results.async_next()) {
    primes += item->result.value();  // throws what went wrong with this one
    show(++done, parts, primes);
  }
  std::cout << std::endl;
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
