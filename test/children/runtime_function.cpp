// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Function workers, each a case of its own.

#include "reeve/worker.hpp"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void wait_for_stop(std::stop_token token) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait(lock, token, [] { return false; });
}

pid_t start_this_program(char const* argument, int kept_fd = -1) {
  std::array<char*, 3> argv{const_cast<char*>("child"), const_cast<char*>(argument), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (kept_fd >= 0) ::posix_spawn_file_actions_adddup2(&actions, kept_fd, kept_fd);
  pid_t pid = -1;
  if (::posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ) != 0) std::abort();
  ::posix_spawn_file_actions_destroy(&actions);
  return pid;
}

int exit_code_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) != pid) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int returns(reeve::worker& self) { return std::stoi(self.args().at(0)); }

int throws(reeve::worker&) { throw std::runtime_error{"no luck"}; }

int waits(reeve::worker& self) {
  self.ready();
  wait_for_stop(self.stop_token());
  return self.stop_requested() ? 0 : 1;
}

// Sleeps in a system call; a signal wakes it up.
int sleeps(reeve::worker& self) {
  self.ready();
  while (!self.stop_requested()) ::pause();
  return 0;
}

int unheeding(reeve::worker& self) {
  self.ready();
  for (;;) ::pause();
}

// Has a stop callback that never comes back.
int stuck_callback(reeve::worker& self) {
  std::stop_callback const stuck{self.stop_token(), [] {
                                   for (;;) ::pause();
                                 }};
  self.ready();
  for (;;) ::pause();
}

int beats(reeve::worker& self) {
  for (int i = 0; i < 1000; ++i) self.beat();
  reeve::error_code ec;
  self.beat(ec);
  return ec ? 1 : 0;
}

// Leaves a thread behind that counts while the process ends.
int leaves_thread(reeve::worker& self) {
  static std::atomic<bool> counts{false};
  std::thread{[counter = self.get_counter("n")]() mutable {
    ++counter;
    counts = true;
    counts.notify_one();
    for (;;) ++counter;
  }}.detach();
  counts.wait(false);
  return 0;
}

// Three threads count and set flags without end; "ready" when each has done so at least once.
int counts(reeve::worker& self) {
  std::atomic<int> counting{0};
  auto const count = [&](std::string const& name) {
    auto own = self.get_counter(name);
    auto shared = self.get_counter("shared");
    auto flag = self.get_flag(name + " on");
    for (std::uint64_t i = 1;; ++i) {
      own.set(i);
      ++shared;
      flag = true;
      if (i == 1 && ++counting == 3) self.ready();
    }
  };
  std::jthread const one{count, "one"}, two{count, "two"};
  count("three");
  return 0;
}

int wrong_names(reeve::worker& self) {
  auto const error_of = [](auto const& take) -> reeve::error_code {
    try {
      take();
      return {};
    } catch (boost::system::system_error const& e) {
      return e.code();
    }
  };
  if (error_of([&] { self.get_counter(""); }) != reeve::error::invalid_argument) return 1;
  self.get_flag("f");
  if (error_of([&] { self.get_counter("f"); }) != reeve::error::invalid_argument) return 2;
  for (int i = 1; i < 64; ++i) self.get_counter("n" + std::to_string(i));
  if (error_of([&] { self.get_counter("n64"); }) != reeve::error::too_many_counters) return 3;
  return 0;
}

// Overwrites all of its page, then waits.
int scribbles(reeve::worker& self) {
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);)
    if (line.find("memfd:reeve-worker-page") != std::string::npos)
      std::memset(reinterpret_cast<void*>(std::stoull(line, nullptr, 16)), 0xA5, 4096);
  return waits(self);
}

// Exits with what a child that runs this program exits with: 42 where it is no worker.
int has_child(reeve::worker&) { return exit_code_of(start_this_program("")); }

// Leaves a child behind, which holds the pipe open that is descriptor 200, and lives as long as it has a reader.
int leaves_child(reeve::worker& self) {
  start_this_program("hang", 200);
  ::close(200);
  return waits(self);
}

// Is the supervisor of another worker of this program, with a handshake of its own making.
int nested(reeve::worker& self) {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) return 1;
  ::setenv("REEVE_WORKER_TYPE", "waits", 1);
  ::setenv("REEVE_NAME", "inner", 1);
  ::setenv("REEVE_CONTROL_FD", "201", 1);
  ::dup2(fds[1], 201);
  ::close(fds[1]);
  auto const inner = start_this_program("", 201);
  ::close(201);
  std::array<char, 2048> message;
  if (::recv(fds[0], message.data(), message.size(), 0) <= 0 || message[0] != 1) return 2;  // hello
  if (::recv(fds[0], message.data(), message.size(), 0) <= 0 || message[0] != 3) return 3;  // ready
  self.ready();
  wait_for_stop(self.stop_token());
  ::kill(inner, SIGTERM);
  return exit_code_of(inner);
}

// Says on stdout when it begins and when it is asked to stop, and does not stop.
int deaf(reeve::worker& self) {
  std::stop_callback const asked{self.stop_token(), [] { (void)!::write(STDOUT_FILENO, "asked\n", 6); }};
  (void)!::write(STDOUT_FILENO, "begins\n", 7);
  for (;;) ::pause();
}

REEVE_FUNCTION_WORKER("deaf", deaf);
REEVE_FUNCTION_WORKER("returns", returns);
REEVE_FUNCTION_WORKER("throws", throws);
REEVE_FUNCTION_WORKER("waits", waits);
REEVE_FUNCTION_WORKER("sleeps", sleeps);
REEVE_FUNCTION_WORKER("unheeding", unheeding);
REEVE_FUNCTION_WORKER("stuck_callback", stuck_callback);
REEVE_FUNCTION_WORKER("beats", beats);
REEVE_FUNCTION_WORKER("leaves_thread", leaves_thread);
REEVE_FUNCTION_WORKER("counts", counts);
REEVE_FUNCTION_WORKER("wrong_names", wrong_names);
REEVE_FUNCTION_WORKER("scribbles", scribbles);
REEVE_FUNCTION_WORKER("has_child", has_child);
REEVE_FUNCTION_WORKER("leaves_child", leaves_child);
REEVE_FUNCTION_WORKER("nested", nested);

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  if (argc > 2 && std::string_view{argv[1]} == "stand-alone")
    return reeve::run_stand_alone(argv[2], {argv + 3, argv + argc});
  if (argc > 1 && std::string_view{argv[1]} == "hang") {
    pollfd pipe{200, 0, 0};
    return ::poll(&pipe, 1, -1) == 1 ? 0 : 1;
  }
  return 42;
}
