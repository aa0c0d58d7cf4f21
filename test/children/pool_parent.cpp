// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// pool_parent PROGRAM agree|type|lack|twice|plain|named: runs pool_square(3) in a pool whose worker is that program,
// and prints the result, or the error, its field and its message. The two sides agree about their tasks, or not.

#include "reeve/json_task_fn.hpp"
#include "reeve/process_pool.hpp"
#include "reeve/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;

int square(int x) { return x * x; }

std::string name_in(std::string_view mode) {
  if (mode == "type") return "pool_other";
  if (mode == "named") return "pool_named";
  return "pool_square";
}

asio::awaitable<void> run(reeve::process_pool& pool, reeve::task_fn<int(int)> const& task) {
  reeve::diagnostics diag;
  try {
    co_await pool.async_start(diag);
  } catch (boost::system::system_error const& e) {
    std::cout << e.code().message() << '|' << diag.field << '|' << diag.message << std::endl;
    co_return;
  }
  std::cout << co_await pool.async_apply(task(3)) << std::endl;
  co_await pool.async_close();
}

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  if (argc != 3) return 2;
  std::string_view const mode = argv[2];
  reeve::task_fn<int(int)> const task{name_in(mode), square};
  if (mode == "lack") reeve::task_fn<int(int)>{"pool_lacking", square};
  if (mode == "twice") reeve::task_fn<int(int)>{"pool_square", square};
  if (mode == "plain") reeve::json_task_fn<int(int)>{"pool_plain", square};

  asio::io_context context;
  reeve::pool_params params;
  params.workers = 1;
  params.program = reeve::command{argv[1]};
  params.stdio.err = reeve::stdio_target::null();
  params.logging = reeve::log_level::off;
  reeve::process_pool pool{context.get_executor(), params};
  asio::co_spawn(context, run(pool, task), asio::detached);
  context.run();
}
