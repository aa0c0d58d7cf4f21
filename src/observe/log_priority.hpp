// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/log/trivial.hpp>

#include <string>

namespace reeve {

/// syslog's number for it: 7 (debug) to 2 (critical).
int priority_of(boost::log::trivial::severity_level level) noexcept;

/// The identifier, or where it is empty the program's name.
std::string identifier_or_program(std::string identifier);

}  // namespace reeve
