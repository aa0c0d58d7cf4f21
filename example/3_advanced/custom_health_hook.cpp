// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A health hook of one's own: a worker that has work to do and gets none done is unhealthy, though its process
// lives and even beats. The hook is a coroutine, and sees the worker's counters.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Takes orders from its queue, until it gets stuck: it is alive, and useless.
class order_desk {
 public:
  explicit order_desk(reeve::worker& self)
      : timer_{self.get_executor()},
        waiting_{self.get_counter("waiting")},
        served_{self.get_counter("served")} {}

  asio::awaitable<void> start() {
    for (std::uint64_t i = 0;; ++i) {
      waiting_.set(10);
      if (i < 20) ++served_;
      timer_.expires_after(20ms);
      co_await timer_.async_wait(asio::deferred);
    }
  }
  asio::awaitable<void> stop() { co_return; }

 private:
  asio::steady_timer timer_;
  reeve::counter waiting_;
  reeve::counter served_;
};
REEVE_WORKER("order_desk", order_desk);

std::uint64_t value_of(std::vector<reeve::counter_value> const& counters, std::string_view name) {
  for (auto const& counter : counters)
    if (counter.name == name) return counter.value;
  return 0;
}

// What was served by each incarnation, when it was last looked at.
using served_before = std::map<reeve::worker_id, std::uint64_t>;

asio::awaitable<reeve::health_result> serves(std::shared_ptr<served_before> before, reeve::worker_view desk) {
  auto const served = value_of(desk.counters, "served");
  auto const [last, first_look] = before->try_emplace(desk.worker, served);
  reeve::health_result result;
  result.ok = first_look || served != last->second || value_of(desk.counters, "waiting") == 0;
  if (!result.ok) result.reason = "orders wait, and none was served since " + std::to_string(served);
  last->second = served;
  co_return result;
}

asio::awaitable<void> run() {
  reeve::supervisor_params params;
  params.logging = reeve::log_level::off;
  params.on_event = [](reeve::worker_event const& event) { std::cout << event << std::endl; };
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};
  auto events = supervisor.subscribe();

  reeve::worker_spec desk;
  desk.name = "desk";
  desk.command = reeve::in_this_program("order_desk");
  desk.ready = reeve::ready_when::reported();
  // The parameters of a coroutine live as long as it does; what a lambda captured need not. So the lambda only
  // makes the coroutine.
  desk.health.check = [before = std::make_shared<served_before>()](reeve::worker_view view) {
    return serves(before, std::move(view));
  };
  desk.health.interval = 200ms;
  desk.health.failures = 2;
  co_await supervisor.async_start(desk);

  for (bool replaced = false; !replaced;) {
    auto const [event, lost] = co_await events.async_next();
    replaced = event.kind == reeve::event_kind::ready && event.worker.generation == 2;
  }
  co_await supervisor.async_stop_all();
}

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
