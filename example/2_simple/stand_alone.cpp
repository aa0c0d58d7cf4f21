// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The same worker, run by a supervisor or stand-alone, as in a debugger or for a single job by hand:
//
//     stand_alone          a supervisor and two workers
//     stand_alone alone    one worker, in this process, until it is done or Ctrl-C

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>
#include <string_view>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

class mail_sorter {
 public:
  explicit mail_sorter(reeve::worker& self)
      : self_{self}, timer_{self.get_executor()}, sorted_{self.get_counter("sorted")} {}

  asio::awaitable<void> start() {
    std::cout << self_.id() << (self_.supervised() ? " runs under a supervisor" : " runs stand-alone")
              << std::endl;
    for (auto letters = std::stoul(self_.args().at(0)); letters > 0; --letters) {
      timer_.expires_after(20ms);
      co_await timer_.async_wait(asio::deferred);
      ++sorted_;  // stand-alone: counted in private memory
    }
  }

  asio::awaitable<void> stop() {
    std::cout << self_.id() << " sorted " << sorted_.get() << " letters" << std::endl;
    co_return;
  }

 private:
  reeve::worker& self_;
  asio::steady_timer timer_;
  reeve::counter sorted_;
};
REEVE_WORKER("mail_sorter", mail_sorter);

asio::awaitable<void> supervise() {
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};
  auto events = supervisor.subscribe();

  reeve::worker_spec sorter;
  sorter.name = "sorter";
  sorter.command = reeve::in_this_program("mail_sorter", {"20"});
  sorter.count = 2;
  sorter.restart.mode = reeve::restart_mode::on_failure;
  co_await supervisor.async_start(sorter);

  for (std::size_t running = sorter.count; running > 0;) {
    auto const [event, lost] = co_await events.async_next();
    if (event.exit) std::cout << *event.exit << std::endl;
    if (event.kind == reeve::event_kind::finished) --running;
  }
}

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  if (argc > 1 && std::string_view{argv[1]} == "alone") return reeve::run_stand_alone("mail_sorter", {"20"});

  asio::io_context io;
  asio::co_spawn(io, supervise(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
