// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A server of metrics on a thread of its own, and clients that say what they like.

#include "core/unique_fd.hpp"
#include "metrics/metrics_impl.hpp"
#include "metrics_rig.hpp"
#include "process_test.hpp"
#include "supervisor_test.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace reeve::test {

/// A connection. All that waits is under a deadline. For any thread, and so without the test framework's checks.
class raw_client {
 public:
  /// `receive_buffer`: in bytes; 0 for what is usual.
  explicit raw_client(std::uint16_t port, int receive_buffer = 0) : raw_client{receive_buffer} {
    connect(port);
  }
  /// One that is not connected yet.
  explicit raw_client(int receive_buffer) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    if (receive_buffer != 0)
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }

  void connect(std::uint16_t port) const {
    if (!try_connect(port)) throw std::runtime_error{"a client cannot connect"};
  }
  bool try_connect(std::uint16_t port) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd_.get(), reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0;
  }

  /// Whether the other side still took it.
  bool send(std::string_view text) const {
    while (!text.empty()) {
      auto const sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void get(std::string const& path, std::string const& more = {}) const {
    send("GET " + path + " HTTP/1.1\r\nHost: here\r\n" + more + "\r\n");
  }
  void end_sending() const { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }

  /// Whether something comes, the end too, within that time.
  bool hears_within(std::chrono::milliseconds time) const {
    pollfd event{fd_.get(), POLLIN, 0};
    return !left_.empty() || ::poll(&event, 1, static_cast<int>(time.count())) > 0;
  }

  struct answer {
    unsigned status = 0;
    std::string head;
    std::string body;
    bool has(std::string_view line) const {
      return head.find("\r\n" + std::string{line} + "\r\n") != head.npos;
    }
  };

  /// The next answer, and what is left of it where the connection ends within it.
  answer next(bool has_body = true) {
    answer made;
    auto const end = read_to("\r\n\r\n");
    made.head = left_.substr(0, end);
    left_.erase(0, end);
    if (!made.head.starts_with("HTTP/1.")) return made;
    made.status = static_cast<unsigned>(std::stoul(made.head.substr(9)));
    made.body = has_body ? take(length_in(made.head)) : std::string{};
    return made;
  }

  /// All until the connection ends; a reset is an end.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(left_, {});
  }
  bool at_end() { return rest().empty(); }
  /// Whether the end was one by force.
  bool was_reset() const noexcept { return was_reset_; }

  static std::size_t length_in(std::string const& head) {
    auto const at = head.find("\r\nContent-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 18));
  }

  int fd() const noexcept { return fd_.get(); }

 private:
  bool more() {
    if (!hears_from_socket()) throw std::runtime_error{"nothing came within the deadline"};
    char buffer[65536];
    auto const got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got > 0) left_.append(buffer, static_cast<std::size_t>(got));
    was_reset_ = got < 0;
    return got > 0;
  }
  bool hears_from_socket() const {
    pollfd event{fd_.get(), POLLIN, 0};
    return ::poll(&event, 1, static_cast<int>(std::chrono::milliseconds{patience}.count())) > 0;
  }
  std::size_t read_to(std::string_view mark) {
    for (;;) {
      if (auto const at = left_.find(mark); at != std::string::npos) return at + mark.size();
      if (!more()) return left_.size();
    }
  }
  std::string take(std::size_t size) {
    while (left_.size() < size && more()) {
    }
    auto taken = left_.substr(0, size);
    left_.erase(0, taken.size());
    return taken;
  }

  unique_fd fd_;
  std::string left_;
  bool was_reset_ = false;
};

/// Parameters for a port that is free.
inline metrics_params any_port(metrics_params params = {}) {
  params.port = 0;
  return params;
}

/// What is behind a `metrics_server`, on a context that runs on threads of its own.
class http_rig {
 public:
  boost::asio::io_context context;
  std::shared_ptr<detail::metrics_impl> server;

  explicit http_rig(metrics_params params = any_port(), std::size_t threads = 1)
      : server{std::make_shared<detail::metrics_impl>(context.get_executor(), any_port(std::move(params)))},
        threads_{context, threads} {
    server->start();
  }
  http_rig(http_rig const&) = delete;
  http_rig& operator=(http_rig const&) = delete;
  ~http_rig() { server->close(); }

  std::uint16_t port() const { return server->port(); }
  raw_client client() const { return raw_client{port()}; }

  /// What is said to one request.
  raw_client::answer ask(std::string const& path) const {
    auto one = client();
    one.get(path, "Connection: close\r\n");
    return one.next();
  }

  /// So many workers that are not there, for a large text.
  void watch_many(std::size_t count) const {
    server->watched().supervisors.add("many", [count] {
      supervisor_status status;
      for (std::size_t i = 0; i < count; ++i)
        status.workers.push_back(worker_in(worker_state::stopped, "w", i));
      return std::optional{std::move(status)};
    });
  }

 private:
  context_threads threads_;
};

}  // namespace reeve::test
