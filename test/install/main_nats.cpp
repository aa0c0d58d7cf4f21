// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Looks for a server where there is none, and is told so across the library's border.
#include <reeve/cluster_view.hpp>
#include <reeve/nats_source.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <iostream>
#include <memory>

int main() {
  reeve::nats_params params;
  params.connection.servers = {"nats://127.0.0.1:1"};
  params.connection.timeout = std::chrono::milliseconds{300};

  boost::asio::io_context io;
  auto const source = std::make_shared<reeve::nats_source>(io.get_executor(), params);
  reeve::error_code submitted;
  source->async_submit({{.name = "nothing"}}, [&](reeve::error_code ec) { submitted = ec; });
  reeve::cluster_view const cluster{io.get_executor(), params};
  reeve::error_code listed;
  cluster.async_nodes([&](reeve::error_code ec, auto const&) { listed = ec; });
  io.run();
  std::cout << submitted.message() << '\n';
  return submitted == reeve::error::source_unavailable && listed == reeve::error::source_unavailable ? 0 : 1;
}
