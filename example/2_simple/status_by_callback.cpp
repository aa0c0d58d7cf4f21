// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Callbacks only: every event as it happens, and the status of all workers at regular times.

#include <reeve/reeve.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

class application {
 public:
  explicit application(asio::io_context& io)
      : supervisor_{io.get_executor(),
                    {.on_event = [](auto const& event) { std::cout << "event   " << event << std::endl; },
                     .logging = reeve::log_level::off}},
        timer_{io} {}

  void start() {
    reeve::worker_spec steady;
    steady.name = "steady";
    steady.command = {"sleep", "60"};

    reeve::worker_spec shaky;
    shaky.name = "shaky";
    shaky.command = {"sh", "-c", "sleep 0.4; exit 1"};

    for (auto const& spec : {steady, shaky})
      supervisor_.async_start(spec, [](reeve::error_code ec) {
        if (ec) std::cout << "not started: " << ec.message() << std::endl;
      });
    report_later();
  }

 private:
  void report_later() {
    timer_.expires_after(300ms);
    timer_.async_wait([this](reeve::error_code) { report(); });
  }

  void report() {
    for (auto const& worker : supervisor_.status()) {
      std::cout << "status  " << worker.worker << ' ' << to_string(worker.state) << ", restarts "
                << worker.restarts;
      if (worker.started_at)
        std::cout << ", up for " << (std::chrono::steady_clock::now() - *worker.started_at) / 1ms << " ms";
      if (worker.last_exit) std::cout << ", before that: " << worker.last_exit->status;
      std::cout << std::endl;
    }
    if (++reports_ < 5) return report_later();
    supervisor_.async_stop_all([](reeve::error_code) { std::cout << "all stopped" << std::endl; });
  }

  reeve::supervisor supervisor_;
  asio::steady_timer timer_;
  int reports_ = 0;
};

int main() {
  asio::io_context io;
  application app{io};
  app.start();
  io.run();  // until everything is stopped and nothing is left to do
}
