// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A parser that cannot be trusted: some inputs make it crash, some make it run for ever. In a pool this harms
// nobody: each document has its outcome, and the bad ones have the reason.

#include <reeve/process_pool.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>
#include <signal.h>
#include <sys/resource.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// How deep the brackets of a document are nested. It has its flaws.
int parse(std::string document) {
  int depth = 0;
  int deepest = 0;
  for (char const c : document) {
    if (c == '(') deepest = std::max(deepest, ++depth);
    if (c == ')') --depth;
    if (c == '%') ::raise(SIGSEGV);  // it follows a pointer to nowhere
    while (c == '@') continue;       // it waits for an end that does not come
  }
  if (depth != 0) throw std::invalid_argument{"the brackets do not match"};
  return deepest;
}
reeve::task_fn<int(std::string)> const parse_task{"parse", parse};

asio::awaitable<void> run() {
  reeve::pool_params params{.workers = 2, .hard_limit = 500ms, .logging = reeve::log_level::off};
  params.process.limits = {{.resource = RLIMIT_CORE}};  // crashes are expected: no core dumps
  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  co_await pool.async_start();

  std::vector<std::string> documents(20, "(a (b) (c (d)))");
  documents[3] = "(a (b)";
  documents[7] = "(a %s)";
  documents[11] = "a@b";

  // `async_map` would end with the first error. This one gives the outcome of each.
  std::size_t good = 0;
  auto const outcomes = co_await pool.async_map_settled(parse_task, documents);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    try {
      if (outcomes[i].value() == 3) ++good;
    } catch (reeve::task_failed const& e) {
      std::cout << "document " << i << " is no good: " << e.message() << '\n';
    } catch (reeve::worker_lost const& e) {
      std::cout << "document " << i << " crashes the parser: " << e.exit() << '\n';
    } catch (reeve::task_timed_out const& e) {
      std::cout << "document " << i << " takes too long: " << e.what() << '\n';
    }
  }
  std::cout << good << " documents are fine" << std::endl;
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
