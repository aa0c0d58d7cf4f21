// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/baggage.hpp"

#include "core/header_text.hpp"
#include "core/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

// The grammar is that of W3C Baggage, section 3.3.

namespace reeve {
namespace {

bool is_token_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

// What a value may have as it is.
bool is_baggage_octet(char c) noexcept {
  return c > ' ' && c <= '~' && c != '"' && c != ',' && c != ';' && c != '\\';
}
bool is_encoded_value(std::string_view text) noexcept { return std::ranges::all_of(text, is_baggage_octet); }

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A percent sign that is not before two digits is one. What is no UTF-8 is replaced, as section 3.3.1.3 wants it.
std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      int const high = hex_digit(text[i + 1]);
      int const low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high << 4 | low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return to_utf8(out);
}

std::string encoded(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char const c : text) {
    if (is_baggage_octet(c) && c != '%') {
      out += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 0xfU];
  }
  return out;
}

bool is_property(std::string_view text) noexcept {
  auto const equals = text.find('=');
  if (equals == std::string_view::npos) return is_token(text);
  return is_token(trimmed(text.substr(0, equals))) && is_encoded_value(trimmed(text.substr(equals + 1)));
}

std::optional<baggage_entry> entry_of(std::string_view member) {
  list_reader parts{member, ';'};
  auto const pair = parts.next().value_or(std::string_view{});
  auto const equals = pair.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  auto const key = trimmed(pair.substr(0, equals));
  auto const value = trimmed(pair.substr(equals + 1));
  if (!is_token(key) || !is_encoded_value(value)) return std::nullopt;
  baggage_entry entry{.key = std::string{key}, .value = decoded(value)};
  while (auto const property = parts.next()) {
    if (!is_property(*property)) return std::nullopt;
    if (!entry.properties.empty()) entry.properties += ';';
    entry.properties += *property;
  }
  return entry;
}

std::string text_of_entry(baggage_entry const& entry) {
  auto text = entry.key + '=' + encoded(entry.value);
  if (!entry.properties.empty()) text += ';' + entry.properties;
  return text;
}

}  // namespace

baggage::baggage(std::string_view header) {
  std::size_t size = 0;
  for (list_reader list{header}; auto const item = list.next();) {
    auto entry = entry_of(*item);
    if (!entry) continue;
    auto const needed = text_of_entry(*entry).size() + (entries_.empty() ? 0 : 1);
    if (entries_.size() == max_entries || size + needed > max_size) continue;
    size += needed;
    entries_.push_back(std::move(*entry));
  }
}

std::optional<std::string> baggage::find(std::string_view key) const {
  auto const found =
      std::find_if(entries_.rbegin(), entries_.rend(), [key](auto const& e) { return e.key == key; });
  if (found == entries_.rend()) return std::nullopt;
  return found->value;
}

bool baggage::set(std::string_view key, std::string_view value) {
  if (!is_token(key)) return false;
  auto before = entries_;
  erase(key);
  entries_.push_back({.key = std::string{key}, .value = std::string{value}});
  if (entries_.size() <= max_entries && to_string().size() <= max_size) return true;
  entries_ = std::move(before);
  return false;
}

void baggage::erase(std::string_view key) {
  std::erase_if(entries_, [key](auto const& entry) { return entry.key == key; });
}

std::string baggage::to_string() const {
  std::string text;
  for (auto const& entry : entries_) {
    if (!text.empty()) text += ',';
    text += text_of_entry(entry);
  }
  return text;
}

}  // namespace reeve
