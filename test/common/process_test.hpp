// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// What tests of real processes need. Nothing here sleeps to wait: it waits for the event, under a deadline.

#include "core/unique_fd.hpp"
#include "process/launch.hpp"
#include "process/pidfd.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::test {

using clock = std::chrono::steady_clock;

/// Long enough for a loaded machine and a sanitizer; only a failing test takes that long.
inline constexpr std::chrono::seconds patience{60};

/// The program that children/<name>.cpp makes.
inline std::string child_program(std::string_view name) {
  return std::string{REEVE_TEST_CHILDREN_DIR} + "/child_" + std::string{name};
}

inline int null_device() {
  static unique_fd const fd{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  return fd.get();
}

/// A request for a child program, with our environment. What it prints is lost, but not its errors.
inline launch_request request_for(std::string_view name, std::vector<std::string> args = {}) {
  launch_request request;
  request.path = name.starts_with('/') ? std::string{name} : child_program(name);
  request.stdio[1] = null_device();
  request.argv = std::move(args);
  request.argv.insert(request.argv.begin(), std::string{name});
  for (char** variable = environ; *variable; ++variable) request.environment.emplace_back(*variable);
  return request;
}

struct test_pipe {
  unique_fd read_end;
  unique_fd write_end;

  test_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
    read_end = unique_fd{ends[0]};
    write_end = unique_fd{ends[1]};
  }
};

/// Waits until something can be read, or the end is reached.
inline void require_readable(int fd, clock::time_point deadline = clock::now() + patience) {
  for (;;) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
    BOOST_REQUIRE_MESSAGE(left.count() > 0, "nothing to read within the deadline");
    pollfd event{fd, POLLIN, 0};
    if (::poll(&event, 1, static_cast<int>(left.count())) > 0) return;
  }
}

/// What can be read now, at most that many bytes; empty at the end.
inline std::string read_some(int fd, std::size_t most) {
  require_readable(fd);
  std::string text(most, '\0');
  auto const size = ::read(fd, text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

inline std::string read_all(int fd) {
  std::string text;
  for (;;) {
    auto const more = read_some(fd, 65536);
    if (more.empty()) return text;
    text += more;
  }
}

/// A line without its end; empty at the end.
inline std::string read_line(int fd) {
  std::string line;
  for (auto next = read_some(fd, 1); !next.empty() && next != "\n"; next = read_some(fd, 1)) line += next;
  return line;
}

/// The lines before the one that says "up".
inline std::vector<std::string> read_until_up(int fd) {
  std::vector<std::string> lines;
  for (auto line = read_line(fd); line != "up"; line = read_line(fd)) {
    BOOST_REQUIRE(!line.empty());
    lines.push_back(line);
  }
  return lines;
}

/// Runs the context until the condition holds.
template <typename Condition>
void run_until(boost::asio::io_context& context, Condition condition) {
  auto const deadline = clock::now() + patience;
  context.restart();
  while (!condition()) {
    BOOST_REQUIRE_MESSAGE(context.run_one_until(deadline) > 0, "nothing happened within the deadline");
    context.restart();
  }
}

/// For conditions that nothing announces (that a process was reaped): asks until it holds.
template <typename Condition>
void require_soon(Condition condition) {
  auto const deadline = clock::now() + patience;
  while (!condition()) {
    BOOST_REQUIRE_MESSAGE(clock::now() < deadline, "the condition did not hold within the deadline");
    ::usleep(1000);
  }
}

/// Waits until the process, a child or not, has ended.
inline void require_end_of(pid_t pid) {
  auto const pidfd = open_pidfd(pid);
  if (!pidfd) {
    BOOST_REQUIRE_EQUAL(errno, ESRCH);
    return;
  }
  require_readable(pidfd.get());
}

/// Whether a process of that number is there; a zombie is.
inline bool exists(pid_t pid) { return ::kill(pid, 0) == 0; }

inline bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

inline std::ptrdiff_t open_descriptors() {
  auto const entries = std::filesystem::directory_iterator{"/proc/self/fd"};
  return std::distance(begin(entries), end(entries)) - 1;
}

/// Starts it or fails the test.
inline launched_process start(launch_request const& request) {
  launch_failure failure;
  auto process = launch(request, failure);
  BOOST_REQUIRE_MESSAGE(!failure.error, failure.step << ": " << failure.error.message());
  BOOST_REQUIRE(process.pidfd);
  return process;
}

/// Waits for its end and reaps it.
inline siginfo_t finish(launched_process const& process) {
  require_readable(process.pidfd.get());
  siginfo_t info{};
  rusage usage{};
  BOOST_REQUIRE(reap_child(process.pidfd.get(), info, usage) == child_state::ended);
  return info;
}

inline void kill_and_finish(launched_process const& process) {
  ::kill(-process.pid, SIGKILL);
  finish(process);
}

/// Starts it, reads what it prints, and waits for its end.
inline std::string output_of(launch_request request) {
  test_pipe pipe;
  request.stdio[1] = pipe.write_end.get();
  auto const process = start(request);
  pipe.write_end.reset();
  auto text = read_all(pipe.read_end.get());
  BOOST_TEST(finish(process).si_status == 0);
  return text;
}

}  // namespace reeve::test
