// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// observe_log_pool TRACEPARENT: a pool of one worker that writes JSON to stderr, as the pool does. The worker writes
// "in a task" in a task of that trace, and then "in another task" in one without a trace.

#include "reeve/log_format.hpp"
#include "reeve/process_pool.hpp"
#include "reeve/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/log/trivial.hpp>

#include <string>

namespace {

namespace asio = boost::asio;

void say(std::string const& what) { BOOST_LOG_TRIVIAL(info) << what; }
reeve::task_fn<void(std::string)> const say_task{"log_say", say};

asio::awaitable<void> run(reeve::process_pool& pool, reeve::trace_context trace) {
  co_await pool.async_start();
  auto call =
      say_task("in a task").with({.trace = std::move(trace)});  // g++ 12 destroys it twice within co_await
  co_await pool.async_apply(std::move(call));
  co_await pool.async_apply(say_task("in another task"));
  co_await pool.async_close();
}

}  // namespace

int main(int argc, char** argv) {
  reeve::add_trace_attributes();
  reeve::add_console_log(reeve::log_format::json);
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  if (argc != 2) return 2;
  asio::io_context context;
  reeve::process_pool pool{context.get_executor(), {.workers = 1, .logging = reeve::log_level::debug}};
  asio::co_spawn(context, run(pool, reeve::parse_trace(argv[1])), asio::detached);
  context.run();
}
