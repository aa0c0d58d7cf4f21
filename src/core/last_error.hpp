// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/error.hpp"

#include <boost/system/system_category.hpp>

#include <cerrno>

namespace reeve {

/// errno, as the last system call left it.
inline error_code last_error() noexcept { return {errno, boost::system::system_category()}; }

}  // namespace reeve
