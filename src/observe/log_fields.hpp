// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <boost/log/core/record_view.hpp>
#include <boost/log/trivial.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace reeve {

/// A value of a record, as far as it can be written; std::monostate: there is none.
using log_value = std::variant<std::monostate, std::string_view, std::int64_t, std::uint64_t, double, bool>;

inline bool is_there(log_value const& value) noexcept { return value.index() != 0; }
/// The text; empty where it is none.
inline std::string_view text_in(log_value const& value) noexcept {
  auto const* const text = std::get_if<std::string_view>(&value);
  return text ? *text : std::string_view{};
}

/// What a record says, in the form that all outputs write it from. The texts are the record's.
struct log_fields {
  std::chrono::system_clock::time_point time{};
  /// How grave it is, for who counts in numbers: `info` where the record does not say.
  boost::log::trivial::severity_level level = boost::log::trivial::info;
  log_value severity{};
  log_value channel{};
  log_value message{};
  log_value worker{};
  log_value generation{};
  log_value pid{};
  log_value trace_id{};
  log_value span_id{};
  /// The other attributes, by their names.
  std::vector<std::pair<std::string_view, log_value>> others{};
};

/// Those of a record that is written now.
log_fields fields_of(boost::log::record_view const& record, std::chrono::system_clock::time_point now);

}  // namespace reeve
