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

// No name of a type begins with it.
constexpr std::string_view json_mark = "json:";

}  // namespace

std::string quoted(std::string name) {
  std::ranges::replace_if(name, is_unprintable, '?');
  return '"' + name.substr(0, longest_name) + '"';
}

std::string to_text(task_signature const& signature) {
  return signature.form == detail::task_form::json ? std::string{json_mark} + signature.type : signature.type;
}

task_signature read_signature(std::string name, std::string_view text) {
  bool const json = text.starts_with(json_mark);
  if (json) text.remove_prefix(json_mark.size());
  return {.name = std::move(name),
          .type = std::string{text},
          .form = json ? detail::task_form::json : detail::task_form::binary};
}

task_registry& task_registry::global() {
  static auto& registry = *new task_registry;
  return registry;
}

std::uint32_t task_registry::add(detail::task_entry entry) {
  std::scoped_lock const lock{mutex_};
  auto const number = static_cast<std::uint32_t>(entries_.size());
  auto const& added = entries_.emplace_back(std::move(entry));
  bool const first = numbers_.try_emplace({added.name, added.form}, number).second;

  if (!problem_ && !is_name(added.name))
    problem_ =
        "a task's name has 1 to 128 bytes, without spaces and control characters: not " + quoted(added.name);
  else if (!problem_ && !first)
    problem_ = "two tasks are registered as " + quoted(added.name);
  return number;
}

std::optional<std::uint32_t> task_registry::find(std::string_view name, detail::task_form form) const {
  std::scoped_lock const lock{mutex_};
  auto const it = numbers_.find({name, form});
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
  for (auto const& entry : entries_)
    all.push_back({.name = entry.name, .type = entry.signature, .form = entry.form});
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
