// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A node: nats_node URL QUEUE LEASE_MS WORKERS. Works on a queue until it gets SIGTERM, and then drains. Its tasks are
// "note" (FILE, NUMBER), which writes into the file that it ran and in which node, and "hold" (FILE, NUMBER, MS), which
// does that and takes so long.

#include "reeve/json_task_fn.hpp"
#include "reeve/nats_source.hpp"
#include "reeve/pipeline.hpp"
#include "reeve/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <fcntl.h>
#include <unistd.h>

namespace {

namespace asio = boost::asio;

// A worker's node; asked when it starts, because one that was killed is nobody's parent.
pid_t const node_of_worker = ::getppid();

void note(std::string const& file, std::uint64_t number) {
  auto const line = std::to_string(number) + ' ' + std::to_string(node_of_worker) + '\n';
  auto const fd = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0 || ::write(fd, line.data(), line.size()) < 0)
    throw std::runtime_error{"cannot write to " + file};
  ::close(fd);
}

void hold(std::string const& file, std::uint64_t number, int ms) {
  note(file, number);
  std::this_thread::sleep_for(std::chrono::milliseconds{ms});
}

reeve::json_task_fn<void(std::string, std::uint64_t)> const note_task{"note", note};
reeve::json_task_fn<void(std::string, std::uint64_t, int)> const hold_task{"hold", hold};

asio::awaitable<void> work(reeve::nats_params params, std::size_t workers) {
  auto const executor = co_await asio::this_coro::executor;
  reeve::pool_params pool_of;
  pool_of.workers = workers;
  reeve::process_pool pool{executor, pool_of};
  co_await pool.async_start();
  reeve::pipeline pipeline{pool, std::make_shared<reeve::nats_source>(executor, params)};
  asio::signal_set signals{executor, SIGTERM};
  signals.async_wait([&](boost::system::error_code ec, int) {
    if (!ec) pipeline.drain();
  });
  co_await pipeline.async_run();
  co_await pool.async_close();
}

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  if (argc != 5) return 2;
  reeve::nats_params params;
  params.connection.servers = {argv[1]};
  params.connection.reconnect_delay = std::chrono::milliseconds{50};
  params.queue = argv[2];
  params.lease = std::chrono::milliseconds{std::atoi(argv[3])};
  params.node_lease = std::chrono::seconds{1};

  asio::io_context io;
  std::exception_ptr error;
  asio::co_spawn(io, work(params, static_cast<std::size_t>(std::atoi(argv[4]))),
                 [&error](std::exception_ptr e) { error = e; });
  io.run();
  if (error) std::rethrow_exception(error);
}
