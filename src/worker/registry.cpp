// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/registry.hpp"

namespace reeve {

worker_registry& worker_registry::global() {
  static auto& registry = *new worker_registry;
  return registry;
}

void worker_registry::add(std::string_view type, worker_entry entry) {
  std::scoped_lock const lock{mutex_};
  auto const [it, added] = entries_.try_emplace(std::string{type}, entry);
  if (!added && it->second != entry && !duplicate_) duplicate_ = it->first;
}

std::optional<worker_entry> worker_registry::find(std::string_view type) const {
  std::scoped_lock const lock{mutex_};
  auto const it = entries_.find(type);
  if (it == entries_.end()) return {};
  return it->second;
}

std::optional<std::string> worker_registry::duplicate() const {
  std::scoped_lock const lock{mutex_};
  return duplicate_;
}

bool detail::register_worker(char const* type, class_worker_factory factory) {
  worker_registry::global().add(type, factory);
  return true;
}

bool detail::register_worker(char const* type, function_worker function) {
  worker_registry::global().add(type, function);
  return true;
}

bool is_registered_worker(std::string_view type) { return worker_registry::global().find(type).has_value(); }

}  // namespace reeve
