// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace reeve {

/// What the two sides say on the control socket, a SOCK_SEQPACKET pair: one message, one packet.
enum class control_kind : std::uint32_t {
  /// Worker: it runs our runtime and its type is known. `number` is the protocol version.
  hello = 1,
  /// Worker: the type is not registered. `text` names it. The worker exits after it.
  unknown_type = 2,
  /// Worker: ready.
  ready = 3,
  /// Worker, last: `number` is its peak memory (VmHWM) in bytes, 0 where it is not known.
  goodbye = 4,
  /// Worker: why it ends with an error, in words. `text`. Sent at most once: the first cause.
  failure = 5,
  /// Supervisor: please stop.
  stop = 16,
};

/// One message.
struct control_message {
  control_kind kind{};
  std::uint64_t number = 0;
  /// Cut at `control_text_max` bytes when it is sent; without control characters when it was received.
  std::string text{};

  friend bool operator==(control_message const&, control_message const&) = default;
};

inline constexpr std::uint64_t control_version = 1;
inline constexpr std::size_t control_text_max = 1024;

/// Both ends of a new control socket, close-on-exec and non-blocking.
struct control_pair {
  unique_fd supervisor;
  unique_fd worker;
};
control_pair make_control_pair(error_code& ec);

/// Sends one message without blocking. A full socket is EAGAIN, a closed one EPIPE (no SIGPIPE).
error_code send_control(int fd, control_message const& message);

/// What a read found.
enum class control_read {
  /// `message` holds it.
  message,
  /// There is none now.
  nothing,
  /// The other side is gone, or the socket is broken.
  closed,
  /// A packet that is no message: it was dropped, and any descriptor that came with it.
  malformed,
};

/// Reads one message without blocking. The bytes come from the other side and are believed only after they
/// were checked.
control_read receive_control(int fd, control_message& message);

}  // namespace reeve
