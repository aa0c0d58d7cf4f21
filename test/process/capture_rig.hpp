// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of the output capture need: a process with its output in pipes, and a context that takes it.

#include "core/unique_fd.hpp"
#include "loop_rig.hpp"
#include "supervisor/output_capture.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::test {

/// A shell that runs `script`, with its output in pipes.
struct shell_process {
  explicit shell_process(std::string const& script) {
    error_code ec;
    auto out_pipe = make_output_pipe(ec);
    auto err_pipe = make_output_pipe(ec);
    BOOST_REQUIRE(!ec);
    out = std::move(out_pipe.read_end);
    err = std::move(err_pipe.read_end);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out_pipe.write_end.get(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, err_pipe.write_end.get(), 2);
    char const* argv[] = {"sh", "-c", script.c_str(), nullptr};
    int const failed = ::posix_spawn(&pid, "/bin/sh", &actions, nullptr, const_cast<char**>(argv), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    BOOST_REQUIRE(failed == 0);
  }
  shell_process(shell_process const&) = delete;
  shell_process& operator=(shell_process const&) = delete;
  ~shell_process() {
    if (pid > 0) ::kill(pid, SIGKILL);
    wait();
  }

  /// Blocks until it has exited; not for one that may wait for its output to be read.
  void wait() {
    if (pid > 0) ::waitpid(std::exchange(pid, 0), nullptr, 0);
  }

  bool exited() {
    if (pid > 0 && ::waitpid(pid, nullptr, WNOHANG) == pid) pid = 0;
    return pid == 0;
  }

  pid_t pid = 0;
  unique_fd out;
  unique_fd err;
};

/// A folder that is removed at the end.
struct capture_folder {
  capture_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "reeve-test-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()));
    path = pattern;
  }
  capture_folder(capture_folder const&) = delete;
  capture_folder& operator=(capture_folder const&) = delete;
  ~capture_folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

/// A context, a capture on it, and what that has given out.
struct capture_rig : loop_rig {
  boost::asio::any_io_executor strand{boost::asio::make_strand(io)};
  boost::asio::any_io_executor callbacks{boost::asio::make_strand(io)};
  std::shared_ptr<int> owner = std::make_shared<int>();
  output_policy policy;
  std::vector<output_line> lines;
  std::vector<output_line> logged;
  std::vector<error_code> file_failures;
  std::uint64_t bytes_taken = 0;
  std::optional<output_capture> capture;

  capture_rig() {
    policy.on_line = [this](output_line const& line) { lines.push_back(line); };
  }

  /// For floods: counts, and keeps nothing.
  void count_lines() {
    policy.on_line = [this](output_line const& line) {
      bytes_taken += line.text.size() + (line.complete ? 1 : 0);
    };
  }

  output_capture_params params(shell_process& of, std::uint64_t generation = 3) {
    return {.worker = {"w", 2, generation},
            .policy = std::make_shared<output_policy>(policy),
            .out = std::move(of.out),
            .err = std::move(of.err),
            .strand = strand,
            .callbacks = callbacks,
            .owner = owner,
            .log = [this](auto const&, auto const& line) { logged.push_back(line); },
            .file_failed =
                [this](auto const& worker, auto const&, auto ec) {
                  BOOST_TEST(worker.name == "w");
                  file_failures.push_back(ec);
                }};
  }

  void start(shell_process& of) { capture.emplace(params(of)); }

  /// Calls `each` after each handler that ran, if given.
  void run_until_exit(shell_process& of, std::function<void()> const& each = nullptr) {
    boost::asio::posix::stream_descriptor pidfd{io, static_cast<int>(::syscall(SYS_pidfd_open, of.pid, 0))};
    bool exited = false;
    pidfd.async_wait(boost::asio::posix::descriptor_base::wait_read, [&](auto) { exited = true; });
    BOOST_REQUIRE(run_until([&] {
      if (each) each();
      return exited;
    }));
    of.wait();
  }

  /// Runs until the process has exited, then finishes as the supervisor does, and runs what is left.
  std::vector<std::string> finish(shell_process& of) {
    run_until_exit(of);
    auto last = capture->finish();
    settle();
    return last;
  }

  std::vector<std::string> texts(output_line::stream_type stream) const {
    std::vector<std::string> found;
    for (auto const& line : lines) {
      if (line.stream == stream) found.push_back(line.text);
    }
    return found;
  }
};

}  // namespace reeve::test
