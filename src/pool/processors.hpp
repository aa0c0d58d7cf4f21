// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstddef>
#include <vector>

namespace reeve {

/// How many processors this process may run on.
std::size_t processors_by_affinity();

/// Whether this process and workers with that affinity (empty: the same) have more than one processor together.
/// Where they have not, who looks for news keeps the others from making some.
bool have_several_processors(std::vector<int> const& affinity_of_workers);

}  // namespace reeve
