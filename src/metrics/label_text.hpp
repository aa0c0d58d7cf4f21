// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <string>
#include <string_view>

namespace reeve::detail {

/// A name as a label's value: Prometheus refuses all metrics of a process where one byte of them is no UTF-8. Such
/// bytes become U+FFFD.
std::string label_text(std::string_view name);

}  // namespace reeve::detail
