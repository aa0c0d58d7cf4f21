// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "workers.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using steady_clock = std::chrono::steady_clock;

namespace {

std::vector<std::uint16_t> free_ports(asio::any_io_executor executor, std::size_t count) {
  std::vector<tcp::acceptor> taken;
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < count; ++i) {
    taken.emplace_back(executor, tcp::endpoint{asio::ip::address_v4::loopback(), 0});
    ports.push_back(taken.back().local_endpoint().port());
  }
  return ports;
}

class price_feed {
 public:
  explicit price_feed(reeve::worker& self)
      : timer_{self.get_executor()},
        received_{self.get_counter("received")},
        errors_{self.get_counter("errors")},
        connected_{self.get_flag("connected")} {}

  asio::awaitable<void> start() {
    connected_ = true;
    for (std::uint64_t n = 1;; ++n) {
      timer_.expires_after(10ms);
      co_await timer_.async_wait(asio::deferred);
      ++received_;
      if (n % 97 == 0) ++errors_;
    }
  }

  asio::awaitable<void> stop() {
    connected_ = false;
    co_return;
  }

 private:
  asio::steady_timer timer_;
  reeve::counter received_;
  reeve::counter errors_;
  reeve::flag connected_;
};
REEVE_WORKER("price_feed", price_feed);

class order_book_worker {
 public:
  explicit order_book_worker(reeve::worker& self)
      : timer_{self.get_executor()},
        orders_{self.get_counter("orders")},
        id_{self.id()},
        crash_at_{steady_clock::now() + std::chrono::milliseconds{std::stoll(self.args().at(0))}} {}

  asio::awaitable<void> start() {
    while (id_.generation > 1 || steady_clock::now() < crash_at_) {
      timer_.expires_after(25ms);
      co_await timer_.async_wait(asio::deferred);
      ++orders_;
    }
    throw std::runtime_error{"the order book is inconsistent"};
  }
  asio::awaitable<void> stop() { co_return; }

 private:
  asio::steady_timer timer_;
  reeve::counter orders_;
  reeve::worker_id id_;
  steady_clock::time_point crash_at_;
};
REEVE_WORKER("order_book", order_book_worker);

/// Captured, so that nothing disturbs the screen, and the last lines are in the exit record.
void capture_output(reeve::worker_spec& spec) {
  spec.stdio.out = reeve::stdio_target::pipe();
  spec.stdio.err = reeve::stdio_target::pipe();
}

reeve::worker_spec class_worker(std::string name, reeve::command command) {
  reeve::worker_spec spec;
  spec.name = std::move(name);
  spec.command = std::move(command);
  spec.ready = reeve::ready_when::reported();
  spec.health.heartbeat = {.timeout = 1s, .start_within = 10s};
  capture_output(spec);
  return spec;
}

}  // namespace

reeve::worker_spec web_servers(asio::any_io_executor executor, std::size_t count) {
  auto const port_of = [ports = free_ports(executor, count)](std::size_t index) { return ports.at(index); };

  reeve::worker_spec spec;
  spec.name = "web";
  spec.command = {"python3", "-m", "http.server", "--bind", "127.0.0.1"};
  spec.count = count;
  spec.for_instance = [port_of](std::size_t index, reeve::command& command, reeve::environment&) {
    command.args.push_back(std::to_string(port_of(index)));
  };
  spec.ready = reeve::ready_when::tcp(port_of);
  spec.health.check = reeve::health_check::http_get(port_of);
  spec.health.interval = 250ms;
  spec.health.timeout = 750ms;
  spec.health.failures = 2;
  capture_output(spec);
  return spec;
}

reeve::worker_spec price_feeds(std::size_t count) {
  auto spec = class_worker("feed", reeve::in_this_program("price_feed"));
  spec.count = count;
  return spec;
}

reeve::worker_spec order_book(steady_clock::duration crash_after) {
  return class_worker("book", reeve::in_this_program("order_book", {std::to_string(crash_after / 1ms)}));
}
