// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "shm/control_message.hpp"

#include "core/last_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <sys/socket.h>
#include <sys/uio.h>

namespace reeve {
namespace {

// A packet is this and the text. Both sides run on one machine, and talk in its own byte order.
struct packet_header {
  std::uint32_t kind;
  std::uint32_t text_size;
  std::uint64_t number;
};
static_assert(sizeof(packet_header) == 16 && std::is_trivially_copyable_v<packet_header>);

struct packet {
  packet_header header;
  std::array<char, control_text_max> text;
};
static_assert(sizeof(packet) == sizeof(packet_header) + control_text_max);

bool is_known(std::uint32_t kind) {
  switch (control_kind{kind}) {
    case control_kind::hello:
    case control_kind::unknown_type:
    case control_kind::ready:
    case control_kind::goodbye:
    case control_kind::failure:
    case control_kind::stop: return true;
  }
  return false;
}

// The text ends up in one line of a log: what could break out of it becomes a space.
char harmless(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c; }

bool decode(packet const& received, std::size_t size, control_message& message) {
  if (size < sizeof(packet_header)) return false;
  auto const& header = received.header;
  if (!is_known(header.kind) || header.text_size != size - sizeof(packet_header)) return false;
  message.kind = control_kind{header.kind};
  message.number = header.number;
  message.text.assign(received.text.data(), header.text_size);
  std::transform(message.text.begin(), message.text.end(), message.text.begin(), harmless);
  return true;
}

// There is no room for ancillary data, so the kernel closes any descriptor that was sent along and says so
// with MSG_CTRUNC.
ssize_t receive_packet(int fd, packet& received, int& flags) {
  iovec part{&received, sizeof received};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  ssize_t size = 0;
  do size = ::recvmsg(fd, &header, MSG_DONTWAIT);
  while (size < 0 && errno == EINTR);
  flags = header.msg_flags;
  return size;
}

}  // namespace

control_pair make_control_pair(error_code& ec) {
  ec = {};
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0) {
    ec = last_error();
    return {};
  }
  return {above_standard_streams(unique_fd{fds[0]}), above_standard_streams(unique_fd{fds[1]})};
}

error_code send_control(int fd, control_message const& message) {
  packet sent;
  auto const text_size = std::min(message.text.size(), control_text_max);
  sent.header = {static_cast<std::uint32_t>(message.kind), static_cast<std::uint32_t>(text_size),
                 message.number};
  std::memcpy(sent.text.data(), message.text.data(), text_size);
  while (::send(fd, &sent, sizeof sent.header + text_size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    if (errno != EINTR) return last_error();
  return {};
}

control_read receive_control(int fd, control_message& message) {
  packet received;
  int flags = 0;
  auto const size = receive_packet(fd, received, flags);
  if (size < 0) return errno == EAGAIN ? control_read::nothing : control_read::closed;
  if (size == 0) return control_read::closed;
  if ((flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return control_read::malformed;
  return decode(received, static_cast<std::size_t>(size), message) ? control_read::message
                                                                   : control_read::malformed;
}

}  // namespace reeve
