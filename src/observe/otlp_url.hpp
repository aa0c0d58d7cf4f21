// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/otel_variables.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reeve {

/// Where OTLP goes: the parts of an http or https URL.
struct otlp_url {
  bool tls = false;
  /// A name or a numeric address, without brackets.
  std::string host{};
  std::string port{};
  /// The path, and the query where there is one.
  std::string target{};

  /// As the header Host has it.
  std::string authority() const;
  std::uint16_t port_number() const;
};

/// Nothing: it can't be one, and `problem` says why.
std::optional<otlp_url> parse_otlp_url(std::string_view text, std::string& problem);

/// Whether they can be headers; `problem` says why not.
bool are_headers(text_pairs const& headers, std::string& problem);

}  // namespace reeve
