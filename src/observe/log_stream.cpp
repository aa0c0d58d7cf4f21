// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/log_stream.hpp"

#include "observe/log_text.hpp"
#include "observe/log_thread_sink.hpp"

#include <cerrno>
#include <string_view>
#include <poll.h>
#include <unistd.h>

namespace reeve {
namespace {

bool write_log_line(int fd, std::string_view text) {
  while (!text.empty()) {
    auto const size = ::write(fd, text.data(), text.size());
    if (size >= 0) {
      text.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN) {
      // Somebody who shares it does not want to block. We do.
      pollfd event{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&event, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool log_stream::write(log_fields const& fields) {
  line_.clear();
  format_ == log_format::json ? append_json(line_, fields) : append_console(line_, fields);
  line_ += '\n';
  return write_log_line(fd_, line_);
}

log_sink add_console_log(log_format format) {
  return add_log_sink(std::make_unique<log_stream>(STDERR_FILENO, format));
}

}  // namespace reeve
