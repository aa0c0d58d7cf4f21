// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "own_process.hpp"

#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::bench {

own_process::own_process(std::vector<std::string> arguments) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error{"no sockets for a process"};
  socket_ = ends[0];
  std::string name = "bench_observe";
  std::vector<char*> argv{name.data()};
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  int const failed = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed == 0) return;
  ::close(socket_);
  throw std::runtime_error{"a process does not start"};
}

own_process::~own_process() {
  ::close(socket_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void own_process::tell(std::string line) {
  line += '\n';
  if (::send(socket_, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
    throw std::runtime_error{"a process does not listen"};
}

std::string own_process::hear() {
  std::string line;
  for (char c = 0;;) {
    if (::read(socket_, &c, 1) != 1) throw std::runtime_error{"a process has ended early"};
    if (c == '\n') return line;
    line += c;
  }
}

}  // namespace reeve::bench
