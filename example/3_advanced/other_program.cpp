// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The workers are another program than this one: smaller, or linked with libraries that this one does not want, or
// run with fewer rights. What they share is a header with the tasks.

#include <reeve/process_pool.hpp>
#include "other_program_tasks.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>
#include <sys/resource.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;

asio::awaitable<void> run() {
  reeve::pool_params params;
  params.name = "checksums";
  params.workers = 2;
  params.program.emplace();
  params.program->program = fs::read_symlink("/proc/self/exe").parent_path() / "other_program_worker";
  // A program that only computes needs few rights.
  params.process.no_new_privs = true;
  params.process.limits = {{.resource = RLIMIT_FSIZE}};

  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  reeve::diagnostics diag;
  try {
    // A task that is missing there fails the start, and the diagnostics name it.
    co_await pool.async_start(diag);
  } catch (boost::system::system_error const& e) {
    std::cerr << e.what() << ": " << diag.message << std::endl;
    throw;
  }

  std::vector<std::string> const texts{"one", "two", "three"};
  for (auto const sum : co_await pool.async_map(checksum, texts)) std::cout << std::hex << sum << '\n';
  co_await pool.async_close();
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
