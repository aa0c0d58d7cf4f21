// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <string_view>

namespace reeve {

/// Whether it is well-formed UTF-8, as Unicode defines it.
bool is_utf8(std::string_view text) noexcept;

}  // namespace reeve
