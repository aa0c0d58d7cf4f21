// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/node_info.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace reeve::detail {

/// A node as its entry in the bucket says it.
std::string to_json(node_info const& node);

/// Nothing where the text is no node's.
std::optional<node_info> node_from_json(std::string_view text);

}  // namespace reeve::detail
