// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <functional>
#include <thread>

namespace reeve {

/// Starts a thread of that name, at most 15 characters, with all signals blocked: they are for the application's.
std::thread start_quiet_thread(char const* name, std::function<void()> work);

}  // namespace reeve
