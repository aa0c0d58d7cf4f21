// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Uses a Boost.Process v2 that the program compiles itself (process_v2_src.cpp).
#include "process_v2_exit_code.hpp"
#include "run_true.hpp"

#include <boost/process/v2/environment.hpp>

int main() {
  auto shell = boost::process::v2::environment::find_executable("sh");
  return !shell.empty() && run_true() && process_v2_exit_code() == 3 ? 0 : 1;
}
