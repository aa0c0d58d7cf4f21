// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 3: when a worker is ready, and what is told when it does not get there.

#include <reeve/reeve.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Starts a worker and says what came of it.
asio::awaitable<void> try_to_start(reeve::supervisor& supervisor, reeve::worker_spec spec) {
  reeve::diagnostics diag;
  auto const [ec] = co_await supervisor.async_start(spec, diag, asio::as_tuple(asio::deferred));
  std::cout << spec.name << ": " << (ec ? ec.message() : "ready") << '\n';
  if (!diag.message.empty()) std::cout << "  what:  " << diag.message << '\n';
  if (!diag.field.empty()) std::cout << "  field: " << diag.field << '\n';
  if (diag.exit) std::cout << "  exit:  " << *diag.exit << '\n';
}

asio::awaitable<void> run() {
  auto const executor = co_await asio::this_coro::executor;
  reeve::supervisor supervisor{executor, {.logging = reeve::log_level::off}};

  // Ready when its port accepts connections, which takes a Python program its time.
  std::uint16_t const port =
      asio::ip::tcp::acceptor{executor, {asio::ip::tcp::v4(), 0}}.local_endpoint().port();
  reeve::worker_spec web;
  web.name = "web";
  web.command = {"python3", "-m", "http.server", std::to_string(port), "--bind", "127.0.0.1"};
  web.stdio.out = reeve::stdio_target::null();
  web.stdio.err = reeve::stdio_target::null();
  web.ready = reeve::ready_when::tcp([=](std::size_t) { return port; }, 30s);
  co_await try_to_start(supervisor, web);

  // A mistake in a spec: nothing is started, and the field is named.
  reeve::worker_spec mistaken;
  mistaken.name = "mistaken";
  mistaken.command = {"sleep", "60"};
  mistaken.restart.jitter = 7;
  co_await try_to_start(supervisor, mistaken);

  // A program that does not exist: the operating system's own error.
  reeve::worker_spec missing;
  missing.name = "missing";
  missing.command = {"/no/such/program"};
  co_await try_to_start(supervisor, missing);

  // One that ends before it is ready: its exit tells how. Its policy would go on trying.
  reeve::worker_spec broken;
  broken.name = "broken";
  broken.command = {"sh", "-c", "exit 3"};
  broken.ready = reeve::ready_when::tcp([=](std::size_t) { return std::uint16_t{9}; }, 5s);
  broken.restart.mode = reeve::restart_mode::never;
  co_await try_to_start(supervisor, broken);

  co_await supervisor.async_stop_all();
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
