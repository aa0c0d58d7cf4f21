// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reeve {

/// Looks a host's addresses up on a thread of its own, which is left to itself where the answer comes too late:
/// `getaddrinfo` can't be stopped.
class host_lookup {
 public:
  using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  /// Whom to wake when it is over: by a post, and only while the `host_lookup` exists.
  struct waiter {
    boost::asio::io_context* context = nullptr;
    std::function<void()> wake{};
  };
  /// Finds a host's addresses, and takes its time. Empty: nothing, and `problem` says why.
  using resolver = endpoints (*)(std::string const& host, std::string const& port, std::string& problem);
  /// As the system does it.
  static endpoints ask_system(std::string const& host, std::string const& port, std::string& problem);

  host_lookup(std::string host, std::string port, waiter who, resolver resolve = &ask_system);
  host_lookup(host_lookup const&) = delete;
  host_lookup& operator=(host_lookup const&) = delete;
  ~host_lookup();

  bool is_over() const;
  /// What was found. Empty: nothing, and `problem` says why.
  endpoints found(std::string& problem) const;

 private:
  struct shared_state;
  std::shared_ptr<shared_state> state_;
};

}  // namespace reeve
