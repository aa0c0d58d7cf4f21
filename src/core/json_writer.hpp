// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// JSON as it is written for others, at an eighth of the time that Boost.JSON takes to build values and to serialize those. Bytes
// that are no UTF-8 are replaced: it would write them as they are. In a header: the libraries on top of reeve need it too.

namespace reeve {

/// Adds to the end of a text without asking it for room each time. The text has its size when this is gone.
class text_end {
 public:
  explicit text_end(std::string& out) : out_{out} { use(out.size()); }
  text_end(text_end const&) = delete;
  text_end& operator=(text_end const&) = delete;
  ~text_end() { out_.resize(size()); }

  text_end& operator+=(char c) {
    if (at_ == end_) make_room(1);
    *at_++ = c;
    return *this;
  }
  text_end& operator+=(std::string_view text) {
    if (static_cast<std::size_t>(end_ - at_) < text.size()) make_room(text.size());
    at_ = std::copy_n(text.data(), text.size(), at_);
    return *this;
  }

 private:
  static constexpr std::size_t first_room = 256;

  std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - out_.data()); }
  void make_room(std::size_t more) {
    auto const used = size();
    out_.reserve(std::max({used + more, 2 * used, first_room}));
    use(used);
  }
  void use(std::size_t used) {
    out_.resize(out_.capacity());
    at_ = out_.data() + used;
    end_ = out_.data() + out_.size();
  }

  std::string& out_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

/// Adds what a character stands for within a JSON string (RFC 8259, section 7). `Out` is a text, or the end of one.
template <class Out>
void append_json_escape(Out& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  auto const byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

/// Which characters stand for themselves within a JSON string.
inline constexpr std::array<bool, 256> plain_json = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();
constexpr bool is_plain_json(char c) noexcept { return plain_json[static_cast<unsigned char>(c)]; }

/// Adds a JSON string: the text, with U+FFFD in the place of each byte that does not belong to a character.
template <class Out>
void append_json_text(Out& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain_json(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    auto const size = utf8_size(text);
    if (size == 1)
      append_json_escape(out, text[0]);
    else
      out += size != 0 ? text.substr(0, size) : std::string_view{"\xef\xbf\xbd"};
    text.remove_prefix(size != 0 ? size : 1);
  }
  out += '"';
}

/// Adds a number in as few digits as it needs; one that is not finite has no form in JSON.
template <class Out>
void append_number(Out& out, auto number) {
  std::array<char, 32> text;
  out += std::string_view{text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

/// A member's name that is known when it is compiled: ,"name":
template <std::size_t N>
struct json_name {
  consteval json_name(char const (&name)[N]) {
    auto* at = text.begin();
    for (char const c : {',', '"'}) *at++ = c;
    for (std::size_t i = 0; i + 1 < N; ++i) *at++ = is_plain_json(name[i]) ? name[i] : throw "to be escaped";
    for (char const c : {'"', ':'}) *at++ = c;
  }
  std::array<char, N + 3> text{};
};

/// Adds objects and arrays to a text, and their commas. The text is whole when this is gone.
class json_writer {
 public:
  explicit json_writer(std::string& out) : out_{out} {}

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }

  /// The name of a member: its value comes next.
  void name(std::string_view name) {
    text(name);
    out_ += ':';
    is_first_ = true;
  }

  /// The same of one that is known: as it is most of what is written, it takes one step.
  template <json_name Name>
  void name() {
    constexpr std::string_view text{Name.text.data(), Name.text.size()};
    out_ += text.substr(is_first_ ? 1 : 0);
    is_first_ = true;
  }

  /// Where an item is added that the caller writes.
  text_end& item() { return next(); }
  void text(std::string_view text) { append_json_text(next(), text); }
  void number(auto number) { append_number(next(), number); }
  /// Bytes, in hexadecimal digits.
  template <std::size_t N>
  void hex(std::array<std::uint8_t, N> const& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 2 * N + 2> text;
    auto* at = text.begin();
    *at++ = '"';
    for (auto const byte : bytes) {
      *at++ = digits[byte >> 4U];
      *at++ = digits[byte & 15U];
    }
    *at = '"';
    next() += {text.data(), text.size()};
  }
  void truth(bool truth) { next() += std::string_view{truth ? "true" : "false"}; }
  /// As a text: a reader in JavaScript would else lose digits.
  void long_number(std::int64_t number) {
    next() += '"';
    append_number(out_, number);
    out_ += '"';
  }

  template <json_name Name>
  void member(std::string_view text) {
    name<Name>();
    this->text(text);
  }

 private:
  text_end& next() {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    return out_;
  }
  void begin(char c) {
    next() += c;
    is_first_ = true;
  }
  void end(char c) {
    out_ += c;
    is_first_ = false;
  }

  text_end out_;
  bool is_first_ = true;
};

}  // namespace reeve
