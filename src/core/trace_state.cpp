// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "core/trace_state.hpp"

#include "core/header_text.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace reeve::trace_state {
namespace {

struct member {
  std::string_view text;
  std::string_view key;
};

bool is_key_begin(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_key_char(char c) noexcept {
  return is_key_begin(c) || std::string_view{"_-*/@"}.find(c) != std::string_view::npos;
}
bool is_value_char(char c) noexcept { return c >= ' ' && c <= '~' && c != ',' && c != '='; }

std::optional<member> member_of(std::string_view text) noexcept {
  auto const equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  member const found{.text = text, .key = text.substr(0, equals)};
  if (!is_key(found.key) || !is_value(text.substr(equals + 1))) return std::nullopt;
  return found;
}

std::string joined(std::vector<member> const& members) {
  std::string text;
  for (auto const& one : members) {
    if (!text.empty()) text += ',';
    text += one.text;
  }
  return text;
}

// Whole members go (section 3.3.1.5): the long ones first, and then those at the right end, which were written longest
// ago. The first `kept` stay.
std::string cut(std::vector<member> members, std::size_t kept = 0) {
  std::size_t size = 0;  // with a comma after each
  for (auto const& one : members) size += one.text.size() + 1;
  while (size > max_size + 1) {
    auto const end = members.rend() - static_cast<std::ptrdiff_t>(kept);
    auto const found =
        std::find_if(members.rbegin(), end, [](member const& one) { return one.text.size() > long_member; });
    auto const goes = found == end ? std::prev(members.end()) : std::prev(found.base());
    size -= goes->text.size() + 1;
    members.erase(goes);
  }
  return joined(members);
}

}  // namespace

bool is_key(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 256 && is_key_begin(text.front()) &&
         std::ranges::all_of(text, is_key_char);
}

bool is_value(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 256 && text.back() != ' ' &&
         std::ranges::all_of(text, is_value_char);
}

// What is wrong with one member is wrong with all (section 4.3). Of a key that is there twice the first counts: who writes
// does so at the left end.
std::string normalised(std::string_view header) {
  std::vector<member> members;
  members.reserve(max_members);
  std::size_t count = 0;
  for (list_reader list{header}; auto const item = list.next();) {
    if (item->empty()) continue;
    auto const found = member_of(*item);
    if (!found || ++count > max_members) return {};
    if (std::ranges::find(members, found->key, &member::key) == members.end()) members.push_back(*found);
  }
  return cut(std::move(members));
}

std::optional<std::string_view> find(std::string_view state, std::string_view key) noexcept {
  for (list_reader list{state}; auto const item = list.next();)
    if (item->size() > key.size() && item->starts_with(key) && (*item)[key.size()] == '=')
      return item->substr(key.size() + 1);
  return std::nullopt;
}

bool fits(std::string_view key, std::string_view value) noexcept {
  return key.size() + 1 + value.size() <= max_size;
}

std::string with(std::string_view state, std::string_view key, std::string_view value) {
  std::string const first = std::string{key} + '=' + std::string{value};
  std::vector<member> members{{.text = first, .key = key}};
  members.reserve(max_members + 1);
  for (list_reader list{state}; auto const item = list.next();) {
    auto const name = item->substr(0, item->find('='));
    if (!item->empty() && name != key) members.push_back({.text = *item, .key = name});
  }
  if (members.size() > max_members) members.pop_back();
  return cut(std::move(members), 1);
}

}  // namespace reeve::trace_state
