// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 8: a pool: typed tasks that run on worker processes.

#include <reeve/process_pool.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace asio = boost::asio;

// Tasks are functions with a name. They are defined once, at namespace scope: the workers are this same program,
// and find them by their name.
reeve::task_fn<int(int)> const square{"square", [](int x) { return x * x; }};

std::string repeat(std::string const& word, int times) {
  std::string text;
  while (times-- > 0) text += word;
  return text;
}
reeve::task_fn<std::string(std::string, int)> const repeat_task{"repeat", repeat};

int divide(int a, int b) {
  if (b == 0) throw std::domain_error{"division by zero"};
  return a / b;
}
reeve::task_fn<int(int, int)> const divide_task{"divide", divide};

asio::awaitable<void> run() {
  reeve::pool_params const params{.workers = 4};
  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  co_await pool.async_start();

  // `square(3)` runs nothing yet: it is a call, a value that holds the encoded arguments. The pool runs it.
  int const nine = co_await pool.async_apply(square(3));
  std::cout << "3 * 3 = " << nine << std::endl;

  // Over all elements of a range; the results are in their order.
  std::vector<int> const numbers{1, 2, 3, 4, 5};
  for (int const n : co_await pool.async_map(square, numbers)) std::cout << n << ' ';
  std::cout << std::endl;

  // A function of several parameters takes tuples.
  std::vector<std::tuple<std::string, int>> const words{{"ho", 3}, {"la", 2}};
  for (auto const& text : co_await pool.async_map(repeat_task, words)) std::cout << text << std::endl;

  // What a task throws comes back as its type's name and its message.
  try {
    co_await pool.async_apply(divide_task(1, 0));
  } catch (reeve::task_failed const& e) {
    std::cout << e.type() << ": " << e.message() << std::endl;
  }

  // Runs what is left to its end, and stops the workers.
  co_await pool.async_close();
}

int main(int argc, char** argv) {
  // In a process that was started as a worker of this program, this runs the tasks.
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
