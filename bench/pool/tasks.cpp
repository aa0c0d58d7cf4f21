// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "tasks.hpp"

#include <utility>
#include <unistd.h>

namespace reeve::bench {

task_fn<int(int)> const same{"same", [](int value) { return value; }};

task_fn<std::string(std::string)> const echo{"echo", [](std::string text) { return text; }};

task_fn<pid_t()> const whose{"whose", [] { return ::getpid(); }};

task_fn<void()> const sleep_forever{"sleep_forever", [] {
                                      for (;;) ::pause();
                                    }};

task_fn<void()> const compute_forever{"compute_forever", [] {
                                        for (unsigned volatile count = 0;;) count = count + 1;
                                      }};

}  // namespace reeve::bench
