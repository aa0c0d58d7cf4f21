// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "observe/log_output.hpp"
#include "reeve/log_format.hpp"

#include <string>
#include <sys/types.h>

namespace reeve {

/// What syslog gets of a record (RFC 3164, as its daemons expect it at their local socket).
std::string syslog_message(log_fields const& fields, std::string const& identifier, pid_t pid,
                           log_format format);

/// Writes to the local socket of syslog itself, and not by syslog(3): that has one identifier for the whole process,
/// which is the application's, and while the daemon hangs it keeps its lock from all who call it.
class log_syslog final : public log_output {
 public:
  static constexpr char const* socket_path = "/dev/log";

  log_syslog(std::string identifier, log_format format, std::string path = socket_path)
      : identifier_{std::move(identifier)}, path_{std::move(path)}, format_{format} {}
  bool write(log_fields const& fields) override;

 private:
  bool connect();

  std::string identifier_;
  std::string path_;
  log_format format_;
  unique_fd socket_;
};

}  // namespace reeve
