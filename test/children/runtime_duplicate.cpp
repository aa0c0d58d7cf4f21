// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// A program in which two workers go by one name.

#include "reeve/worker.hpp"

namespace {

int one(reeve::worker&) { return 0; }
int other(reeve::worker&) { return 0; }

REEVE_FUNCTION_WORKER("same", one);
REEVE_FUNCTION_WORKER("same", other);

}  // namespace

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  return 42;
}
