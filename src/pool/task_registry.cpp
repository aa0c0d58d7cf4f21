// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "pool/task_registry.hpp"

#include "pool/pool_worker.hpp"
#include "reeve/worker.hpp"

#include <algorithm>
#include <utility>

namespace reeve {
namespace {

constexpr std::size_t longest_name = 128;

bool is_unprintable(unsigned char c) { return c <= ' ' || c == 0x7f; }

bool is_name(std::string const& text) {
  return !text.empty() && text.size() <= longest_name && std::ranges::none_of(text, is_unprintable);
}

std::string quoted(std::string name) {
  std::ranges::replace_if(name, is_unprintable, '?');
  return '"' + name.substr(0, longest_name) + '"';
}

}  // namespace

task_registry& task_registry::global() {
  static auto& registry = *new task_registry;
  return registry;
}

std::uint32_t task_registry::add(detail::task_entry entry) {
  std::scoped_lock const lock{mutex_};
  auto const number = static_cast<std::uint32_t>(entries_.size());
  auto const& name = entries_.emplace_back(std::move(entry)).name;
  bool const first = numbers_.try_emplace(name, number).second;

  if (!problem_ && !is_name(name))
    problem_ = "a task's name has 1 to 128 bytes, without spaces and control characters: not " + quoted(name);
  else if (!problem_ && !first)
    problem_ = "two tasks are registered as " + quoted(name);
  return number;
}

std::optional<std::uint32_t> task_registry::find(std::string_view name) const {
  std::scoped_lock const lock{mutex_};
  auto const it = numbers_.find(name);
  if (it == numbers_.end()) return {};
  return it->second;
}

detail::task_entry const* task_registry::entry(std::uint32_t number) const {
  std::scoped_lock const lock{mutex_};
  return number < entries_.size() ? &entries_[number] : nullptr;
}

std::size_t task_registry::size() const {
  std::scoped_lock const lock{mutex_};
  return entries_.size();
}

std::vector<task_signature> task_registry::signatures() const {
  std::scoped_lock const lock{mutex_};
  std::vector<task_signature> all;
  all.reserve(entries_.size());
  for (auto const& entry : entries_) all.push_back({.name = entry.name, .type = entry.signature});
  return all;
}

std::optional<std::string> task_registry::problem() const {
  std::scoped_lock const lock{mutex_};
  return problem_;
}

std::uint32_t detail::register_task(task_entry entry) {
  // Who has tasks can be a pool's worker.
  register_worker(pool_worker_type, &pool_worker_main);
  return task_registry::global().add(std::move(entry));
}

}  // namespace reeve
