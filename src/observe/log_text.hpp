// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "observe/log_fields.hpp"

#include <string>

namespace reeve {

/// Whether a form of text begins with the time: syslog has one of its own.
enum class log_clock { shown, hidden };

/// Adds the record as JSON, as `format_json` says.
void append_json(std::string& out, log_fields const& fields, log_clock clock = log_clock::shown);

/// Adds the record as a line for people, as `format_console` says.
void append_console(std::string& out, log_fields const& fields, log_clock clock = log_clock::shown);

/// Adds a value as a text: as it is where it is one.
void append_plain(std::string& out, log_value const& value);

}  // namespace reeve
