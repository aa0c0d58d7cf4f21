// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/reeve.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

// Whether a supervisor starts /bin/true.
inline bool run_true() {
  boost::asio::io_context io;
  reeve::supervisor sup{io.get_executor()};
  reeve::worker_spec spec;
  spec.name = "true";
  spec.command = {"/bin/true"};
  spec.restart.mode = reeve::restart_mode::never;

  bool started = false;
  sup.async_start(spec, [&](boost::system::error_code ec) {
    started = !ec;
    if (ec) std::cerr << "async_start: " << ec.message() << '\n';
  });
  io.run();
  return started;
}
