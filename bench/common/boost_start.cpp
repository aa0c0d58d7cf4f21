// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Apart from all else, because reeve compiles Boost.Process for itself in another way.

#include "boost_start.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/process.hpp>

#include <initializer_list>
#include <utility>

namespace reeve::bench {

namespace process = boost::process::v2;

pid_t boost_start(char const* path) {
  static boost::asio::io_context io;
  process::process started{io, path, std::initializer_list<process::string_view>{}};
  // Its destructor would kill the process.
  return started.detach().id();
}

}  // namespace reeve::bench
