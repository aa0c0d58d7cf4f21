// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The worker program of other_program: it registers the tasks, and runs them when a pool starts it.

#include <reeve/worker.hpp>
#include "other_program_tasks.hpp"

#include <iostream>

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  std::cerr << "This program is started by a pool." << std::endl;
  return 1;
}
