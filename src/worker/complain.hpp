// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <exception>
#include <string>

namespace reeve {

/// Writes "reeve: <what>" to stderr, as one line in one piece.
void complain(std::string what);

/// What an exception has to say.
std::string describe(std::exception_ptr const& exception);

}  // namespace reeve
