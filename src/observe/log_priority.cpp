// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_priority.hpp"

#include <cerrno>
#include <syslog.h>

namespace reeve {

int priority_of(boost::log::trivial::severity_level level) noexcept {
  using enum boost::log::trivial::severity_level;
  switch (level) {
    case trace:
    case debug: return LOG_DEBUG;
    case info: return LOG_INFO;
    case warning: return LOG_WARNING;
    case error: return LOG_ERR;
    default: return LOG_CRIT;
  }
}

std::string identifier_or_program(std::string identifier) {
  return identifier.empty() ? program_invocation_short_name : identifier;
}

}  // namespace reeve
