// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "worker/worker_handshake.hpp"

#include "shm/handshake.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>
#include <system_error>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace reeve {
namespace {

// The variables, taken out of the environment; and what was found to be wrong with them first.
class variables {
 public:
  variables() {
    for (char const* name : handshake::variables) {
      if (char const* value = std::getenv(name)) values_.emplace(name, value);
      ::unsetenv(name);
    }
  }

  std::string const* find(char const* name) const {
    auto const it = values_.find(name);
    return it == values_.end() ? nullptr : &it->second;
  }

  std::string text(char const* name) {
    if (auto const* value = find(name)) return *value;
    complain(name, "is missing");
    return {};
  }

  // A number that may be left out; one that is no number is a problem.
  template <class T>
  T number(char const* name, T otherwise) {
    auto const* text = find(name);
    if (!text) return otherwise;
    T value{};
    auto const* const end = text->data() + text->size();
    auto const [stop, error] = std::from_chars(text->data(), end, value);
    if (error == std::errc{} && stop == end && value >= 0) return value;
    complain(name, "is not a number");
    return otherwise;
  }

  std::chrono::milliseconds milliseconds(char const* name, std::chrono::milliseconds otherwise) {
    return std::chrono::milliseconds{number<std::chrono::milliseconds::rep>(name, otherwise.count())};
  }

  // The descriptor a variable names, ours from now on; empty if there is no such variable.
  unique_fd descriptor(char const* name) {
    int const fd = number(name, -1);
    if (fd < 0) return {};
    bool const is_standard = fd <= STDERR_FILENO;
    if (!is_standard && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) return unique_fd{fd};
    complain(name, "is not an open descriptor");
    return {};
  }

  void complain(char const* name, std::string_view what) {
    if (problem_.empty()) problem_.append(name).append(" ").append(what);
  }
  std::string const& problem() const { return problem_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::string problem_;
};

bool is_control_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

unique_fd take_control(variables& given) {
  given.text(handshake::control_fd);  // It must be there.
  auto control = given.descriptor(handshake::control_fd);
  if (control && is_control_socket(control.get())) return control;
  given.complain(handshake::control_fd, "is not a control socket");
  return {};
}

std::optional<worker_side_page> take_page(variables& given) {
  auto const fd = given.descriptor(handshake::page_fd);
  if (!fd) return {};
  error_code ec;
  auto page = worker_side_page::attach(fd.get(), ec);
  if (!ec) return page;
  given.complain(handshake::page_fd, "is not a worker page: " + ec.message());
  return {};
}

}  // namespace

std::optional<worker_handshake> take_handshake() {
  // Without a type it is no worker of ours, though it may be one that maps its page by itself.
  if (!std::getenv(handshake::worker_type)) return {};
  variables given;
  worker_handshake taken;
  taken.type = given.text(handshake::worker_type);
  taken.control = take_control(given);
  taken.id = {given.text(handshake::name), given.number<std::size_t>(handshake::index, 0),
              given.number<std::uint64_t>(handshake::generation, 0)};
  taken.page = take_page(given);
  taken.beat_period = given.milliseconds(handshake::beat_period_ms, taken.beat_period);
  taken.stop_grace = given.milliseconds(handshake::stop_grace_ms, taken.stop_grace);
  taken.live_on = given.number(handshake::live_on, 0) != 0;
  taken.problem = given.problem();
  return taken;
}

}  // namespace reeve
