// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::bench {
namespace {

namespace ip = boost::asio::ip;

std::string program() {
  for (auto const* path : {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"})
    if (::access(path, X_OK) == 0) return path;
  throw std::runtime_error{"nats-server is not installed"};
}

unsigned short free_port() {
  boost::asio::io_context io;
  ip::tcp::acceptor const any{io, {ip::address_v4::loopback(), 0}};
  return any.local_endpoint().port();
}

bool answers(unsigned short port) {
  boost::asio::io_context io;
  ip::tcp::socket socket{io};
  boost::system::error_code ec;
  socket.connect({ip::address_v4::loopback(), port}, ec);
  return !ec;
}

}  // namespace

nats_server::nats_server() {
  auto folder = (std::filesystem::temp_directory_path() / "reeve-bench-XXXXXX").string();
  if (!::mkdtemp(folder.data())) throw std::system_error{errno, std::generic_category(), folder};
  folder_ = folder;
  auto const path = program();
  auto const port = free_port();
  auto const port_text = std::to_string(port);
  url_ = "nats://127.0.0.1:" + port_text;

  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error{errno, std::generic_category(), "fork"};
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    auto const nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execl(path.c_str(), "nats-server", "-js", "-sd", folder_.c_str(), "-a", "127.0.0.1", "-p",
            port_text.c_str(), nullptr);
    ::_exit(127);
  }
  auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!answers(port)) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error{"nats-server does not answer"};
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

nats_server::~nats_server() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace reeve::bench
