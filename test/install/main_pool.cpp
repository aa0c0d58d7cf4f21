// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Runs a task on a worker process, which is this program again, and takes an exception across the library's border.
#include <reeve/pool.hpp>

#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

reeve::task_fn<std::vector<std::string>(std::string, int)> const repeat{
    "repeat", [](std::string const& text, int times) {
      if (times < 0) throw std::invalid_argument{"less than never"};
      return std::vector<std::string>(static_cast<std::size_t>(times), text);
    }};

bool threw_invalid_argument(std::exception_ptr const& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (reeve::task_failed const& e) {
    return e.type() == "std::invalid_argument" && e.message() == "less than never";
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  boost::asio::io_context io;
  reeve::process_pool pool{io.get_executor(), {.workers = 1}};
  bool repeated = false;
  bool refused = false;
  pool.async_start([&](boost::system::error_code ec) {
    if (ec) std::cerr << "async_start: " << ec.message() << '\n';
    pool.async_apply(repeat("text", 2), [&](std::exception_ptr, std::vector<std::string> result) {
      repeated = result == std::vector<std::string>{"text", "text"};
      pool.async_apply(repeat("text", -1), [&](std::exception_ptr error, std::vector<std::string>) {
        refused = threw_invalid_argument(error);
        pool.async_close([](boost::system::error_code) {});
      });
    });
  });
  io.run();
  return repeated && refused ? 0 : 1;
}
