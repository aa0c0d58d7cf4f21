// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Another program that works for a pool, with a task of its own under the name of one of the pool's, one that has
// another type there, and two that are a json_task_fn on one side only.

#include "reeve/json_task_fn.hpp"
#include "reeve/task_fn.hpp"
#include "reeve/worker.hpp"

namespace {

reeve::task_fn<int(int)> const square{"pool_square", [](int x) { return x * x + 1000; }};
reeve::task_fn<int(double)> const other{"pool_other", [](double) { return 0; }};
reeve::task_fn<int(int)> const only_here_plain{"pool_plain", [](int) { return 0; }};
reeve::json_task_fn<int(int)> const only_here_json{"pool_named", [](int x) { return x * x + 2000; }};

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  return 42;
}
