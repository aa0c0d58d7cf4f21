// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Runs a task from memory through a pipeline, with types of its own as JSON.
#include <reeve/json_task_fn.hpp>
#include <reeve/memory_source.hpp>
#include <reeve/pipeline.hpp>
#include <reeve/worker.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/describe/class.hpp>

#include <iostream>
#include <memory>
#include <string>

namespace {

struct point {
  int x = 0;
  int y = 0;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

}  // namespace

template <>
inline constexpr bool reeve::enable_raw_codec<point> = true;

static reeve::json_task_fn<point(point)> const mirror{"mirror", [](point p) { return point{p.y, p.x}; }};

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;

  boost::asio::io_context io;
  reeve::process_pool pool{io.get_executor(), {.workers = 1}};
  auto const source = std::make_shared<reeve::memory_source>(io.get_executor());
  std::string said;
  reeve::pipeline_params params;
  reeve::pipeline* running = nullptr;
  params.on_event = [&](reeve::pipeline_event const& event) {
    if (!event.outcome) return;
    said = event.outcome->result + event.outcome->reason;
    running->drain();
  };
  reeve::pipeline pipeline{pool, source, params};
  running = &pipeline;

  source->try_submit({.name = "mirror", .payload = R"({"x": 1, "y": 2})"});
  pool.async_start([&](reeve::error_code ec) {
    if (ec) return;
    pipeline.async_run([&](reeve::error_code) { pool.async_close([](reeve::error_code) {}); });
  });
  io.run();
  std::cout << said << '\n';
  return said == R"({"x":2,"y":1})" ? 0 : 1;
}
