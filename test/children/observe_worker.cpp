// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Workers that are traced: "some" makes so many spans and ends, "waits" makes them when it is stopped. Without a
// supervisor: observe_worker COUNT makes them and ends.

#include "reeve/span.hpp"
#include "reeve/tracing.hpp"
#include "reeve/worker.hpp"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <signal.h>

namespace {

void make_spans(std::string const& count) {
  for (int i = 1; i <= std::stoi(count); ++i) reeve::span{std::to_string(i)}.end();
}

int some(reeve::worker& self) {
  make_spans(self.args().at(0));
  return 0;
}

int waits(reeve::worker& self) {
  self.ready();
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait(lock, self.stop_token(), [] { return false; });
  make_spans(self.args().at(0));
  return 0;
}

}  // namespace

REEVE_FUNCTION_WORKER("some", some);
REEVE_FUNCTION_WORKER("waits", waits);

int main(int argc, char** argv) {
  reeve::tracing const tracing;
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  if (argc < 2) return 2;
  make_spans(argv[1]);
}
