// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The tests start workers of this very program.
#include "reeve/worker.hpp"

#include <boost/test/unit_test.hpp>

int main(int argc, char** argv) {
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
