// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/detail/config.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve {

/// One entry of a baggage.
struct baggage_entry {
  /// Its name: a token (RFC 9110, section 5.6.2), so letters, digits and some marks.
  std::string key{};
  /// Its value: any UTF-8.
  std::string value{};
  /// What was said of it beside that, as it came: "ttl=30;private".
  std::string properties{};

  friend bool operator==(baggage_entry const&, baggage_entry const&) = default;
};

/// Names and values that travel with a trace (W3C Baggage): `baggage{context.baggage}.find("tenant")`.
///
/// Everybody on the way can read it.
class REEVE_DECL baggage {
 public:
  /// The longest text that `to_string` gives.
  static constexpr std::size_t max_size = 8192;
  /// The most entries.
  static constexpr std::size_t max_entries = 180;

  /// An empty one.
  baggage() = default;
  /// What is in a `baggage` header. What is malformed, or beyond the limits, is left out.
  explicit baggage(std::string_view header);

  /// The value of a key; of several the last.
  std::optional<std::string> find(std::string_view key) const;
  /// Sets a value, in the place of what was there. False, and nothing changes: the key is none, or it would pass a
  /// limit.
  bool set(std::string_view key, std::string_view value);
  /// Takes a key out.
  void erase(std::string_view key);

  /// Those that are in it, in their order.
  std::vector<baggage_entry> const& entries() const noexcept { return entries_; }
  /// As a header.
  std::string to_string() const;

 private:
  std::vector<baggage_entry> entries_;
};

}  // namespace reeve
