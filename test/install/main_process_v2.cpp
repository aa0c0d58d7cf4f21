// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// Uses Boost.Process v2 as a header-only library, beside reeve's own use of it.
#include "process_v2_exit_code.hpp"
#include "run_true.hpp"

int main() { return run_true() && process_v2_exit_code() == 3 ? 0 : 1; }
