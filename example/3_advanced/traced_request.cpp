// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// One request, three processes, one trace: the program calls a task, and the task starts a worker. Each process exports
// its own spans; the trace joins them.
//
// Set OTEL_EXPORTER_OTLP_ENDPOINT to see it in a collector of your own. Without it the program is its own collector, and
// prints the trace.

#include <reeve/pool.hpp>
#include <reeve/reeve.hpp>
#include <reeve/tracing.hpp>
#include "trace_collector.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

namespace asio = boost::asio;

namespace {

// The third process: knows of its trace by its environment.
int print_receipt(reeve::worker& self) {
  reeve::span const work{"print receipt", self.trace()};
  self.ready();
  return 0;
}
REEVE_FUNCTION_WORKER("printer", print_receipt);

// The second process: knows of it by its call.
std::string place(std::string const& what) {
  reeve::span work{"charge card", reeve::this_task::trace()};
  work.set("shop.article", what);
  work.end();

  reeve::span const print{"have it printed", reeve::this_task::trace()};
  asio::io_context io;
  reeve::supervisor sup{io.get_executor(), {.logging = reeve::log_level::off}};
  reeve::worker_spec printer;
  printer.name = "printer";
  printer.command = reeve::in_this_program("printer");
  printer.restart.mode = reeve::restart_mode::never;
  printer.trace = print.context();
  auto const wait = [&]() -> asio::awaitable<void> {
    auto events = sup.subscribe();
    co_await sup.async_start(printer);
    for (;;) {
      auto const [event, lost] = co_await events.async_next();
      if (event.kind == reeve::event_kind::finished) break;
    }
  };
  asio::co_spawn(io, wait, [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
  return "one " + what;
}
reeve::task_fn<std::string(std::string)> const place_order{"place_order", place};

// The first process.
asio::awaitable<std::string> serve(reeve::process_pool& pool) {
  co_await pool.async_start();
  reeve::span request{"POST /orders", {}, reeve::span_kind::server};
  auto call = place_order("teapot").with({.trace = request.context()});
  std::cout << co_await pool.async_apply(std::move(call)) << '\n';
  request.end();
  auto const trace = request.context().trace_id_text();
  co_await pool.async_close();  // the worker exports what it has before it goes
  co_return trace;
}

}  // namespace

int main(int argc, char** argv) {
  static trace_collector* collector = nullptr;
  if (!std::getenv("OTEL_EXPORTER_OTLP_ENDPOINT")) {
    collector = new trace_collector;  // its threads go on until the process ends
    ::setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector->endpoint().c_str(), 1);
  }
  std::optional<reeve::tracing> tracing{std::in_place};  // before run_as_worker: the workers trace, too
  if (auto code = reeve::run_as_worker(argc, argv)) return *code;

  std::string trace;
  asio::io_context io;
  reeve::process_pool pool{io.get_executor(), {.workers = 1}};
  asio::co_spawn(io, serve(pool), [&](std::exception_ptr e, std::string id) {
    if (e) std::rethrow_exception(e);
    trace = std::move(id);
  });
  io.run();
  tracing.reset();  // exports what is left
  if (collector && collector->print(trace) != 3) {
    std::cerr << "the trace is not one of three processes\n";
    return 1;
  }
}
