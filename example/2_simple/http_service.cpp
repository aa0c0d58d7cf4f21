// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// An HTTP service of several workers: real programs that know nothing of reeve. Each is ready when its port
// accepts connections, and healthy while it answers; one that hangs is replaced.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>
#include <signal.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Ports that are free now.
std::vector<std::uint16_t> free_ports(asio::any_io_executor executor, std::size_t count) {
  std::vector<asio::ip::tcp::acceptor> taken;
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < count; ++i) {
    taken.emplace_back(executor, asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), 0});
    ports.push_back(taken.back().local_endpoint().port());
  }
  return ports;
}

reeve::worker_spec http_service(std::vector<std::uint16_t> ports) {
  auto const port_of = [ports](std::size_t index) { return ports.at(index); };

  reeve::worker_spec spec;
  spec.name = "http";
  spec.command = {"python3", "-m", "http.server", "--bind", "127.0.0.1"};
  spec.count = ports.size();
  spec.for_instance = [port_of](std::size_t index, reeve::command& command, reeve::environment&) {
    command.args.push_back(std::to_string(port_of(index)));
  };
  // Captured: the last lines go into the exit record, and nowhere else.
  spec.stdio.out = reeve::stdio_target::pipe();
  spec.stdio.err = reeve::stdio_target::pipe();

  spec.ready = reeve::ready_when::tcp(port_of, 30s);
  spec.health.check = reeve::health_check::http_get(port_of, "/");
  spec.health.interval = 200ms;
  spec.health.timeout = 1s;
  spec.health.failures = 2;
  return spec;
}

asio::awaitable<void> run() {
  auto const executor = co_await asio::this_coro::executor;
  reeve::supervisor_params params;
  params.logging = reeve::log_level::off;
  params.on_event = [](reeve::worker_event const& event) { std::cout << event << std::endl; };
  reeve::supervisor supervisor{executor, params};
  auto events = supervisor.subscribe();
  co_await supervisor.async_start(http_service(free_ports(executor, 3)));

  // Hang one: it still accepts connections, but answers nothing.
  reeve::worker_id const second{.name = "http", .index = 1};
  co_await supervisor.async_signal(second, SIGSTOP);
  for (bool replaced = false; !replaced;) {
    auto const [event, lost] = co_await events.async_next();
    replaced = event.kind == reeve::event_kind::ready && event.worker.generation == 2;
  }

  auto const hung = supervisor.exits(second).back();
  std::cout << "The last thing that " << hung->worker
            << " said: " << (hung->last_lines.empty() ? "nothing" : hung->last_lines.back()) << std::endl;
  co_await supervisor.async_stop_all();
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
