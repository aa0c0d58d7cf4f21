// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/span.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace reeve {

/// The attributes of a span as bytes, one behind the other: in one piece of memory, where the objects that a reader wants
/// have two or three for each. In a header: the libraries on top of reeve need it too.
class packed_attributes {
 public:
  /// How many there are.
  std::size_t size() const noexcept { return size_; }
  /// What `unpack` reads.
  std::string_view bytes() const noexcept { return bytes_; }

  /// Sets one, in the place of another of that name. False, and nothing changes: there are `most` others.
  bool set(std::string_view name, attribute_value const& value, std::size_t most) {
    return std::visit(
        [&](auto const& one) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(one)>, std::string>)
            return set_text(name, one, most);
          else
            return put(name, {reinterpret_cast<char const*>(&one), sizeof one}, value.index(), most);
        },
        value);
  }
  bool set_text(std::string_view name, std::string_view text, std::size_t most) {
    return put(name, text, text_index, most);
  }

  /// They become those; their memory is used again.
  static void unpack(std::string_view bytes, std::vector<span_attribute>& out) {
    std::size_t count = 0;
    for (entry one; !bytes.empty(); bytes.remove_prefix(one.bytes())) {
      one = front(bytes);
      if (count == out.size()) out.emplace_back();
      auto& attribute = out[count++];
      attribute.name = one.name;
      read_value(one, attribute.value);
    }
    out.resize(count);
  }

 private:
  struct head {
    std::uint32_t name_size;
    std::uint32_t value_size;
    std::size_t index;
  };
  struct entry {
    std::string_view name;
    std::string_view value;
    std::size_t index = 0;

    std::size_t bytes() const noexcept { return sizeof(head) + name.size() + value.size(); }
  };

  static constexpr std::size_t text_index = 0;
  static_assert(std::is_same_v<std::variant_alternative_t<text_index, attribute_value>, std::string>);
  // Room for some is made at once.
  static constexpr std::size_t usual_bytes = 320;

  static entry front(std::string_view bytes) noexcept {
    head of;
    std::memcpy(&of, bytes.data(), sizeof of);
    return {.name = bytes.substr(sizeof of, of.name_size),
            .value = bytes.substr(sizeof of + of.name_size, of.value_size),
            .index = of.index};
  }

  bool put(std::string_view name, std::string_view value, std::size_t index, std::size_t most) {
    auto const needed = bytes_.size() + sizeof(head) + name.size() + value.size();
    if (needed > bytes_.capacity()) bytes_.reserve(std::max({needed, 2 * bytes_.capacity(), usual_bytes}));
    bool const replaces = remove(name);
    if (!replaces && size_ >= most) return false;
    head const of{.name_size = static_cast<std::uint32_t>(name.size()),
                  .value_size = static_cast<std::uint32_t>(value.size()),
                  .index = index};
    bytes_.append(reinterpret_cast<char const*>(&of), sizeof of).append(name).append(value);
    ++size_;
    return true;
  }

  bool remove(std::string_view name) {
    entry one;
    for (std::size_t at = 0; at != bytes_.size(); at += one.bytes()) {
      one = front(bytes().substr(at));
      if (one.name != name) continue;
      bytes_.erase(at, one.bytes());
      --size_;
      return true;
    }
    return false;
  }

  template <std::size_t Index = 0>
  static void read_value(entry const& from, attribute_value& to) {
    if constexpr (Index < std::variant_size_v<attribute_value>) {
      if (from.index != Index) return read_value<Index + 1>(from, to);
      if (to.index() != Index) to.emplace<Index>();
      auto& value = std::get<Index>(to);
      if constexpr (Index == text_index)
        value = from.value;
      else
        std::memcpy(&value, from.value.data(), sizeof value);
    }
  }

  std::string bytes_;
  std::size_t size_ = 0;
};

/// What a span is to say once it is exported, for those that are begun and ended often: a few numbers, and a function that
/// puts them into words.
class span_facts {
 public:
  static constexpr std::size_t max_size = 64;

  span_facts() = default;
  /// `Describe` is a `void(Facts const&, span_data&)` without a state.
  template <class Facts, class Describe>
  span_facts(Facts const& facts, Describe /*describe*/) noexcept
      : describe_{[](char const* bytes, span_data& span) {
          Facts whole;
          std::memcpy(&whole, bytes, sizeof whole);
          Describe{}(whole, span);
        }} {
    static_assert(std::is_trivially_copyable_v<Facts> && sizeof(Facts) <= max_size);
    static_assert(std::is_empty_v<Describe>);
    std::memcpy(bytes_.data(), &facts, sizeof facts);
  }

  void describe(span_data& span) const {
    if (describe_) describe_(bytes_.data(), span);
  }

 private:
  void (*describe_)(char const* bytes, span_data& span) = nullptr;
  std::array<char, max_size> bytes_{};
};

/// What is recorded of a span: all but its attributes as others will see it.
struct span_record {
  span_data data{};
  packed_attributes attributes{};
  span_facts facts{};
  /// `data.ended` by the other clock.
  std::chrono::steady_clock::time_point ended_at{};

  /// All of it.
  span_data unpacked() const {
    auto whole = data;
    packed_attributes::unpack(attributes.bytes(), whole.attributes);
    facts.describe(whole);
    return whole;
  }
};

/// What inside of reeve may be done with a span.
struct span_access {
  static void describe_later(span& of, span_facts const& facts) noexcept {
    if (of.record_) of.record_->facts = facts;
  }
};

}  // namespace reeve
