// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/slot_map.hpp"

#include <set>
#include <utility>

namespace reeve::detail {

std::vector<std::size_t> slot_map::assign(std::vector<std::string> const& workers) {
  std::map<std::string, std::size_t> kept;
  std::set<std::size_t> used;
  for (auto const& worker : workers) {
    auto const it = slots_.find(worker);
    if (it != slots_.end() && kept.insert(*it).second) used.insert(it->second);
  }
  std::vector<std::size_t> slots;
  slots.reserve(workers.size());
  std::size_t next = 0;
  for (auto const& worker : workers) {
    auto const [it, is_new] = kept.try_emplace(worker, next);
    if (is_new) {
      while (used.contains(next)) ++next;
      it->second = next++;
    }
    slots.push_back(it->second);
  }
  slots_ = std::move(kept);
  return slots;
}

}  // namespace reeve::detail
