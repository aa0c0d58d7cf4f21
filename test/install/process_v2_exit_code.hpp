// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/process/v2.hpp>

// The exit code, which is 3, of a shell that Boost.Process v2 starts.
inline int process_v2_exit_code() {
  boost::asio::io_context io;
  boost::process::v2::process child{io, "/bin/sh", {"-c", "exit 3"}};
  int code = -1;
  child.async_wait([&](boost::system::error_code ec, int exit_code) {
    if (!ec) code = exit_code;
  });
  io.run();
  return code;
}
