// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The tests start workers of this very program.
#include "reeve/worker.hpp"
#include "span_recorder.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

static bool is_worker = false;

// As in common/no_leak_check.cpp, where this program is a worker.
extern "C" int __lsan_is_turned_off() {  // NOLINT(bugprone-reserved-identifier): asked for by LeakSanitizer
  return is_worker ? 1 : 0;
}

int main(int argc, char** argv) {
  is_worker = std::getenv("REEVE_NAME") != nullptr;  // before it runs: a task may end the process
  reeve::test::write_spans_where_wanted();
  if (auto const code = reeve::run_as_worker(argc, argv)) return *code;
  return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
