// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A group whose members need each other: each starts when the one before it is ready, and when one crashes,
// all are stopped in reverse order and started again in order.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>
#include <signal.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

class member {
 public:
  explicit member(reeve::worker& self) : self_{self}, timer_{self.get_executor()} { self.manual_readiness(); }

  asio::awaitable<void> start() {
    co_await wait(200ms);  // it has much to prepare
    self_.ready();
    co_await wait(1h);
  }
  asio::awaitable<void> stop() { co_return; }

 private:
  asio::awaitable<void> wait(std::chrono::steady_clock::duration time) {
    timer_.expires_after(time);
    co_await timer_.async_wait(asio::deferred);
  }

  reeve::worker& self_;
  asio::steady_timer timer_;
};
REEVE_WORKER("member", member);

reeve::worker_spec spec_of(std::string name) {
  reeve::worker_spec spec;
  spec.name = std::move(name);
  spec.command = reeve::in_this_program("member");
  spec.ready = reeve::ready_when::reported(30s);
  return spec;
}

asio::awaitable<void> run() {
  reeve::supervisor_params params;
  params.logging = reeve::log_level::off;
  params.on_event = [](reeve::worker_event const& event) { std::cout << event << std::endl; };
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};
  auto events = supervisor.subscribe();

  reeve::group_spec shop;
  shop.name = "shop";
  shop.strategy = reeve::group_strategy::one_for_all;
  shop.workers = {spec_of("database"), spec_of("cache"), spec_of("web")};
  shop.restart.delay = 100ms;
  co_await supervisor.async_start(shop);

  // The web needs the cache, and so does what the database remembers of it.
  std::cout << "the cache crashes" << std::endl;
  co_await supervisor.async_signal("cache", SIGKILL);

  for (bool restarted = false; !restarted;) {
    auto const [event, lost] = co_await events.async_next();
    restarted =
        event.kind == reeve::event_kind::ready && event.worker.name == "web" && event.worker.generation == 2;
  }
  for (auto const& worker : supervisor.status("shop"))
    std::cout << worker.worker << " runs; before that: " << *worker.last_exit << std::endl;

  co_await supervisor.async_stop("shop");
}

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
