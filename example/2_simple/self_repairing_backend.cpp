// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A backend that repairs itself: when restarts do not help, its state is repaired, and it is started anew.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <signal.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// The state that the backend reads when it starts.
class state_file {
 public:
  state_file() : path_{std::filesystem::temp_directory_path() / ("backend-" + std::to_string(::getpid()))} {
    write("good");
  }
  ~state_file() { std::filesystem::remove(path_); }
  void write(char const* content) { std::ofstream{path_} << content << std::endl; }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

asio::awaitable<void> run() {
  reeve::supervisor_params params;
  params.logging = reeve::log_level::off;
  params.on_event = [](reeve::worker_event const& event) { std::cout << event << std::endl; };
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};
  auto events = supervisor.subscribe();
  state_file state;

  reeve::worker_spec backend;
  backend.name = "backend";
  backend.command = {"sh", "-c", "grep -q good \"$1\" || exit 1; sleep 60", "sh", state.path()};
  backend.restart = {.delay = 50ms, .max_restarts = 3};
  co_await supervisor.async_start(backend);

  // The accident: the state is spoilt, and the backend crashes.
  state.write("rubbish");
  co_await supervisor.async_signal("backend", SIGKILL);

  for (bool repaired = false; !repaired;) {
    auto const [event, lost] = co_await events.async_next();
    if (event.kind != reeve::event_kind::failed) continue;
    std::cout << "restarts do not help: repairing the state" << std::endl;
    state.write("good");
    // By command: it has a new restart budget.
    co_await supervisor.async_restart("backend");
    repaired = true;
  }
  co_await supervisor.async_stop_all();
}

int main() {
  asio::io_context io;
  asio::co_spawn(io, run(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
