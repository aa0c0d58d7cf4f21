// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/function_runner.hpp"

#include "worker/complain.hpp"

#include <exception>
#include <stop_token>

namespace reeve {

int run_function_worker(detail::worker_runtime& runtime, detail::function_worker function) {
  std::stop_callback const on_stop{runtime.stop_source().get_token(),
                                   [&runtime] { runtime.set_stage(page_layout::worker_stage::stopping); }};
  try {
    return function(runtime.self());
  } catch (...) {
    runtime.fail("the function threw: " + describe(std::current_exception()));
    return static_cast<int>(worker_exit::start_failed);
  }
}

}  // namespace reeve
