// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Step 6: a worker that is a function of this very program.
//
// It runs in a process of its own: when it crashes, this program does not.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

bool is_prime(std::uint64_t n) {
  for (std::uint64_t i = 2; i * i <= n; ++i)
    if (n % i == 0) return false;
  return n >= 2;
}

// Counts primes in its part of the numbers, as its arguments say. A function worker may block as it likes.
int count_primes(reeve::worker& self) {
  auto const first = std::stoull(self.args().at(0));
  auto const last = std::stoull(self.args().at(1));
  auto primes = self.get_counter("primes");
  auto done = self.get_flag("done");

  self.ready();
  for (auto n = first; n < last && !self.stop_requested(); ++n)
    if (is_prime(n)) ++primes;  // one atomic addition in memory that the supervisor sees
  done = true;
  return 0;
}
REEVE_FUNCTION_WORKER("primes", count_primes);

asio::awaitable<void> run() {
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};

  reeve::worker_spec primes;
  primes.name = "primes";
  primes.command = reeve::in_this_program("primes");
  primes.count = 4;
  primes.for_instance = [](std::size_t index, reeve::command& command, reeve::environment&) {
    command.args = {std::to_string(index * 50'000), std::to_string((index + 1) * 50'000)};
  };
  primes.ready = reeve::ready_when::reported();
  primes.restart.mode = reeve::restart_mode::on_failure;

  auto events = supervisor.subscribe();
  co_await supervisor.async_start(primes);

  std::uint64_t sum = 0;
  for (std::size_t running = primes.count; running > 0;) {
    auto const [event, lost] = co_await events.async_next();
    if (event.kind != reeve::event_kind::exited) continue;
    --running;
    std::cout << *event.exit << '\n';
    for (auto const& counter : event.exit->counters) {
      std::cout << "  " << counter.name << " = " << counter.value << '\n';
      if (counter.name == "primes") sum += counter.value;
    }
  }
  std::cout << "primes below 200000: " << sum << std::endl;
}

int main(int argc, char** argv) {
  // In a process that was started as a worker of this program, this runs the worker.
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
