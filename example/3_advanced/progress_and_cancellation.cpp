// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A long task says how far it is, and is cancelled when it has come half-way.

#include <reeve/process_pool.hpp>
#include <reeve/this_task.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;

void render(int frames) {
  for (int i = 0; i < frames; ++i) {
    if (reeve::this_task::stop_requested()) {
      std::cout << "(the worker: stopped at frame " << i << ", and tidied up)" << std::endl;
      throw std::runtime_error{"stopped"};
    }
    std::this_thread::sleep_for(5ms);  // a frame
    reeve::this_task::progress(double(i + 1) / frames);
  }
}
reeve::task_fn<void(int)> const render_task{"render", render};

asio::awaitable<void> run() {
  reeve::pool_params const params{.workers = 1, .progress_period = 50ms};
  reeve::process_pool pool{co_await asio::this_coro::executor, params};
  co_await pool.async_start();

  asio::cancellation_signal cancel;
  reeve::call_options watched;
  watched.on_progress = [&](double done) {
    std::cout << static_cast<int>(done * 100) << " %" << std::endl;
    if (done >= 0.5) cancel.emit(asio::cancellation_type::terminal);
  };

  // Had it not begun yet, it would never run. It runs: so it is asked to stop, and had it not ended within
  // `pool_params::cancel_grace`, its worker would have been killed.
  try {
    co_await pool.async_apply(render_task(200).with(watched),
                              asio::bind_cancellation_slot(cancel.slot(), asio::use_awaitable));
  } catch (boost::system::system_error const& e) {
    std::cout << (e.code() == asio::error::operation_aborted ? "cancelled" : e.what()) << std::endl;
  }
  co_await pool.async_close();
}

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
