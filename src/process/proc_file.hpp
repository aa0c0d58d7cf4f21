// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <string>

namespace reeve {

/// What a file of /proc says; empty where it can't be read.
std::string read_proc_file(std::string const& path);

}  // namespace reeve
