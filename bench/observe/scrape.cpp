// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <reeve/metrics_server.hpp>
#include "../common/compare.hpp"
#include "../common/processes.hpp"
#include "../common/test_bed.hpp"
#include "sections.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace reeve::bench {
namespace {

namespace asio = boost::asio;

constexpr std::size_t scraped_workers = 1'000;

/// A scraper that keeps its connection, as Prometheus does.
class scraper {
 public:
  explicit scraper(std::uint16_t port) { socket_.connect({asio::ip::address_v4::loopback(), port}); }

  /// The size of the answer.
  std::size_t scrape() {
    asio::write(socket_, asio::buffer(request));
    auto const head = asio::read_until(socket_, asio::dynamic_buffer(answer_), "\r\n\r\n");
    auto const length = answer_.find("Content-Length: ");
    if (!answer_.starts_with("HTTP/1.1 200 ") || length == std::string::npos || length > head)
      throw std::runtime_error{"a scrape was answered: " + answer_.substr(0, head)};
    auto const size = head + std::stoul(answer_.substr(length + 16));
    asio::read(socket_, asio::dynamic_buffer(answer_), asio::transfer_exactly(size - answer_.size()));
    answer_.clear();
    return size;
  }

 private:
  static constexpr std::string_view request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

  asio::io_context io_;
  asio::ip::tcp::socket socket_{io_};
  std::string answer_;
};

/// The server's event loop, on a thread of its own.
class running_loop {
 public:
  explicit running_loop(asio::io_context& io) : io_{io} {
    io_.restart();
    thread_ = std::thread{[this] { io_.run(); }};
  }
  running_loop(running_loop const&) = delete;
  running_loop& operator=(running_loop const&) = delete;
  ~running_loop() {
    io_.stop();
    thread_.join();
  }

 private:
  asio::io_context& io_;
  std::thread thread_;
};

}  // namespace

void measure_scrape() {
  if (raise_descriptor_limit() < scraped_workers + 100)
    throw std::runtime_error{"too few descriptors are allowed: see ulimit -Hn"};
  test_bed bed;
  bed.start(sleepers(scraped_workers));
  for (pid_t const pid : bed.supervisor.running_pids()) wait_until_asleep(pid);
  metrics_server server{bed.io.get_executor(), {.port = 0, .max_workers = scraped_workers}};
  server.watch(bed.supervisor);
  server.start();

  std::size_t size = 0;
  double took = 0;
  {
    running_loop const running{bed.io};
    scraper client{server.port()};
    client.scrape();
    took = median(run_steps({.steps = 30}, [&] { return seconds([&] { size = client.scrape(); }); }));
  }
  report("observe", "scrape_ms_1000", took * 1e3, "ms",
         "a scrape over HTTP of a supervisor with " + std::to_string(scraped_workers) + " workers, " +
             number(static_cast<double>(size) / 1024, 0) + " KiB, median of 30",
         "<= 20");
  bed.stop_all();
}

}  // namespace reeve::bench
