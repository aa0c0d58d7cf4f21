// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A pool that is called in turns, beside one of another revision: see scripts/bench-against, which builds this file there,
// too. So it uses nothing but what the pool had from its beginning. Of each line it reads how often to call, and says how
// many seconds that took.

#include <reeve/diagnostics.hpp>
#include <reeve/error.hpp>
#include <reeve/process_pool.hpp>
#include <reeve/task_fn.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <sched.h>

namespace {

constexpr std::size_t calls_at_a_time = 256;

reeve::task_fn<int(int)> const same{"same", [](int value) { return value; }};

// The first and the last that this process may use.
std::pair<int, int> two_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  int first = CPU_SETSIZE;
  int last = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(static_cast<std::size_t>(cpu), &set)) continue;
    first = std::min(first, cpu);
    last = cpu;
  }
  return {first, last};
}

void use_cpu(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

class caller {
 public:
  caller(boost::asio::io_context& io, reeve::process_pool& pool) : io_{io}, pool_{pool} {}

  void run(std::size_t count) {
    to_submit_ = to_end_ = count;
    for (std::size_t i = 0; i < calls_at_a_time && to_submit_ > 0; ++i) submit();
    io_.restart();
    io_.run();
  }

 private:
  void submit() {
    --to_submit_;
    pool_.async_apply(same(++next_), [this](std::exception_ptr const& error, int /*result*/) {
      if (error) std::rethrow_exception(error);
      if (to_submit_ > 0) submit();
      if (--to_end_ == 0) io_.stop();
    });
  }

  boost::asio::io_context& io_;
  reeve::process_pool& pool_;
  std::size_t to_submit_ = 0;
  std::size_t to_end_ = 0;
  int next_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  auto const [own_cpu, cpu_of_workers] = two_cpus();
  boost::asio::io_context io{1};
  reeve::pool_params params;
  params.workers = 2;
  params.process.cpu_affinity = {cpu_of_workers};
  params.logging = reeve::log_level::off;
  reeve::process_pool pool{io.get_executor(), std::move(params)};
  reeve::diagnostics diag;
  pool.async_start(diag, [&io](reeve::error_code ec) {
    if (ec) throw boost::system::system_error{ec};
    io.stop();
  });
  io.run();
  use_cpu(own_cpu);
  caller calls{io, pool};
  for (std::string line; std::getline(std::cin, line);) {
    auto const start = std::chrono::steady_clock::now();
    calls.run(std::stoul(line));
    std::cout << std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() << std::endl;
  }
  pool.terminate();
}
