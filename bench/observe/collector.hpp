// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <string>
#include <string_view>

namespace reeve::bench {

/// The argument with which this program is a collector: it says where, takes all requests there, and answers 200.
inline constexpr std::string_view collector_argument = "collector";
int be_collector();

/// One where nobody listens.
std::string dead_endpoint();

}  // namespace reeve::bench
