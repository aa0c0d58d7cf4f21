// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What workers print: each line to a callback, everything to files that are rotated, and the last lines into
// the exit record.

#include <reeve/reeve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <filesystem>
#include <iostream>
#include <stdlib.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;

struct temporary_folder {
  temporary_folder() { path = ::mkdtemp(name.data()); }
  ~temporary_folder() {
    for (auto const& file : fs::directory_iterator{path})
      std::cout << file.path().filename() << ' ' << file.file_size() << " bytes\n";
    fs::remove_all(path);
  }
  std::string name = fs::temp_directory_path() / "output_capture.XXXXXX";
  fs::path path;
};

asio::awaitable<void> run(fs::path folder) {
  reeve::supervisor_params const params{.logging = reeve::log_level::off};
  reeve::supervisor supervisor{co_await asio::this_coro::executor, params};
  auto events = supervisor.subscribe();

  reeve::worker_spec talker;
  talker.name = "talker";
  talker.command = {"sh", "-c",
                    "for i in $(seq 200); do echo line $i of my report; done; echo 'I am done' >&2; exit 3"};
  talker.count = 2;
  talker.restart.mode = reeve::restart_mode::never;

  // Captured are the streams that are pipes. The supervisor reads them without ever waiting for a sink.
  talker.stdio.out = reeve::stdio_target::pipe();
  talker.stdio.err = reeve::stdio_target::pipe();
  talker.output.last_lines = 3;
  talker.output.on_line = [lines = 0](reeve::output_line const& line) mutable {
    if (++lines % 50 == 0)
      std::cout << "the " << lines << "th line, from " << line.worker << ": " << line.text << '\n';
    if (line.stream == reeve::output_line::stream_type::err) std::cout << "an error: " << line.text << '\n';
  };
  talker.output.to_file = {.path = folder / "{name}-{index}.log", .max_bytes = 2000, .keep = 2};
  co_await supervisor.async_start(talker);

  for (std::size_t running = talker.count; running > 0;) {
    auto const [event, lost] = co_await events.async_next();
    if (!event.exit) continue;
    --running;
    std::cout << *event.exit << ". Its last lines:\n";
    for (auto const& line : event.exit->last_lines) std::cout << "  " << line << '\n';
  }
  for (auto const& worker : supervisor.status())
    std::cout << worker.worker << ": " << worker.output_dropped << " bytes of output were dropped\n";
}

int main() {
  // Files are written in the background, at the latest at the exit. What is static and was made before the
  // supervisor is destroyed after that.
  static temporary_folder const folder;

  asio::io_context io;
  asio::co_spawn(io, run(folder.path), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run();
}
