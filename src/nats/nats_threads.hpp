// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <functional>

namespace reeve::detail {

/// Opens libnats, once. `at_exit` is called when the process calls exit(): it asks all threads to end, and is
/// then given a second for that. Throws a `nats_failure`.
void open_nats(void (*at_exit)());

/// Starts a thread that nobody joins, with all signals blocked: they are for the application's threads, and
/// so are those that libnats starts on it. Throws `std::system_error` where the system has no thread for it.
void start_nats_thread(char const* name, std::function<void()> body);

}  // namespace reeve::detail
