// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "run_true.hpp"

int main() { return run_true() ? 0 : 1; }
