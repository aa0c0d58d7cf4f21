// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_syslog.hpp"

#include "observe/log_priority.hpp"
#include "observe/log_text.hpp"
#include "observe/log_thread_sink.hpp"
#include "observe/log_time.hpp"

#include <cerrno>
#include <cstring>
#include <utility>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

namespace reeve {

std::string syslog_message(log_fields const& fields, std::string const& identifier, pid_t pid,
                           log_format format) {
  auto message = '<' + std::to_string(LOG_USER | priority_of(fields.level)) + '>';
  append_syslog_time(message, fields.time);
  message += ' ' + identifier + '[' + std::to_string(pid) + "]: ";
  format == log_format::json ? append_json(message, fields, log_clock::hidden)
                             : append_console(message, fields, log_clock::hidden);
  return message;
}

bool log_syslog::connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  socket_ = unique_fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (socket_ && ::connect(socket_.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0)
    return true;
  socket_.reset();
  return false;
}

bool log_syslog::write(log_fields const& fields) {
  auto const message = syslog_message(fields, identifier_, ::getpid(), format_);
  // The second time to a daemon that was started anew.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!socket_ && !connect()) return false;
    ssize_t sent = 0;
    do sent = ::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) return true;
    if (errno == EMSGSIZE) return false;
    socket_.reset();
  }
  return false;
}

log_sink add_syslog_log(std::string identifier, log_format format) {
  return add_log_sink(std::make_unique<log_syslog>(identifier_or_program(std::move(identifier)), format));
}

}  // namespace reeve
