// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/log_output.hpp"

#include <string>
#include <vector>

namespace reeve {

/// What the journal gets of a record: "NAME=value".
std::vector<std::string> journal_fields(log_fields const& fields, std::string const& identifier);

}  // namespace reeve
