// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::test {

/// The program nats-server; empty where it is not installed.
inline std::string nats_server_program() {
  auto const* const path = std::getenv("PATH");
  std::istringstream folders{(path ? std::string{path} : std::string{}) +
                             ":/usr/sbin:/usr/local/bin:/usr/local/sbin"};
  for (std::string folder; std::getline(folders, folder, ':');) {
    auto program = folder + "/nats-server";
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

/// For a suite that needs one: see preconditions.hpp.
inline char const* with_nats_server() {
  static bool const found = !nats_server_program().empty();
  return found ? nullptr : "nats-server is not installed (Debian: nats-server)";
}

/// A real server with JetStream, on a port of the loopback and with a folder of its own, which goes with it.
class nats_server {
 public:
  /// Starts it; with these arguments besides. `started`: else it is started later.
  explicit nats_server(std::vector<std::string> more_args = {}, bool started = true)
      : more_args_{std::move(more_args)}, port_{free_port()} {
    auto pattern = (std::filesystem::temp_directory_path() / "reeve-nats-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error{"no temporary folder"};
    folder_ = pattern;
    if (started) start();
  }
  nats_server(nats_server const&) = delete;
  nats_server& operator=(nats_server const&) = delete;
  ~nats_server() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::uint16_t port() const noexcept { return port_; }
  std::string url(std::string const& scheme = "nats", std::string const& host = "127.0.0.1") const {
    return scheme + "://" + host + ':' + std::to_string(port_);
  }
  std::filesystem::path const& folder() const noexcept { return folder_; }

  /// Starts it, on the port and with the streams that it had. Returns when it accepts connections.
  void start() {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    launch();
    while (!accepts()) {
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) launch();  // somebody had the port
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error{"nats-server does not start"};
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }

  /// Kills it: it has no time for anything.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  /// It goes on to exist, and does nothing. Returns when all its threads have stopped.
  void freeze() const {
    ::kill(pid_, SIGSTOP);
    int status = 0;
    ::waitpid(pid_, &status, WUNTRACED);
  }
  void thaw() const { ::kill(pid_, SIGCONT); }

 private:
  // Not one that the system gives to outgoing connections: a client that tries in vain would end up connected
  // to itself.
  static std::uint16_t free_port() {
    std::random_device random;
    for (;;) {
      auto const port = static_cast<std::uint16_t>(10'000 + random() % 20'000);
      int const s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      auto const address = loopback(port);
      bool const free = ::bind(s, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
      ::close(s);
      if (free) return port;
    }
  }

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void launch() {
    std::vector<std::string> args{
        nats_server_program(), "-js", "-a",           "127.0.0.1", "-p", std::to_string(port_), "-sd",
        folder_ / "store",     "-l",  folder_ / "log"};
    args.insert(args.end(), more_args_.begin(), more_args_.end());
    std::vector<char*> argv;
    for (auto& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    auto const parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error{"no process for nats-server"};
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent) ::execv(argv[0], argv.data());
    ::_exit(127);
  }

  bool accepts() const {
    int const s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto const address = loopback(port_);
    bool const connected = ::connect(s, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
    ::close(s);
    return connected;
  }

  std::vector<std::string> const more_args_;
  std::uint16_t const port_;
  std::filesystem::path folder_;
  pid_t pid_ = 0;
};

}  // namespace reeve::test
