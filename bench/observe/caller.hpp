// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <string_view>

namespace reeve::bench {

/// In a worker's environment: it traces, too.
inline constexpr char const* trace_workers = "BENCH_TRACE_WORKERS";

/// The argument with which this program has a pool: of each line it reads how often to call it, and says how many seconds
/// that took; of an empty line, what became of its spans so far. Where an endpoint follows, it traces 1 % of the calls.
inline constexpr std::string_view caller_argument = "caller";
int be_caller(std::string_view endpoint);

}  // namespace reeve::bench
