// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/host_lookup.hpp"

#include "observe/quiet_thread.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>
#include <utility>
#include <netdb.h>

namespace reeve {

namespace asio = boost::asio;

struct host_lookup::shared_state {
  std::mutex mutex;
  waiter who;
  bool over = false;
  endpoints found;
  std::string problem;

  void end(endpoints with, std::string because) {
    std::lock_guard const guard{mutex};
    found = std::move(with);
    problem = std::move(because);
    over = true;
    if (who.context) asio::post(*who.context, who.wake);
  }
};

namespace {

host_lookup::endpoints endpoints_in(addrinfo const* list) {
  host_lookup::endpoints all;
  for (; list; list = list->ai_next) {
    asio::ip::tcp::endpoint one;
    if (list->ai_addrlen > one.capacity()) continue;
    std::memcpy(one.data(), list->ai_addr, list->ai_addrlen);
    one.resize(list->ai_addrlen);
    all.push_back(one);
  }
  return all;
}

}  // namespace

host_lookup::endpoints host_lookup::ask_system(std::string const& host, std::string const& port,
                                               std::string& problem) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  int const error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  if (error != 0) {
    auto const* const why = error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error);
    problem = "the host " + host + " is not found: " + why;
    return {};
  }
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const owner{list, &::freeaddrinfo};
  return endpoints_in(list);
}

host_lookup::host_lookup(std::string host, std::string port, waiter who, resolver resolve)
    : state_{std::make_shared<shared_state>()} {
  state_->who = std::move(who);
  auto work = [state = state_, host = std::move(host), port = std::move(port), resolve] {
    std::string problem;
    auto found = resolve(host, port, problem);
    state->end(std::move(found), std::move(problem));
  };
  start_quiet_thread("reeve-lookup", std::move(work)).detach();
}

host_lookup::~host_lookup() {
  std::lock_guard const guard{state_->mutex};
  state_->who = {};
}

bool host_lookup::is_over() const {
  std::lock_guard const guard{state_->mutex};
  return state_->over;
}

host_lookup::endpoints host_lookup::found(std::string& problem) const {
  std::lock_guard const guard{state_->mutex};
  problem = state_->problem;
  return state_->found;
}

}  // namespace reeve
