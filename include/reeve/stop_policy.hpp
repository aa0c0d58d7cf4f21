// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <chrono>
#include <signal.h>

namespace reeve {

/// Whom the stop signal is sent to. SIGKILL at the end always goes to the whole group.
enum class signal_scope {
  /// The worker's own process.
  leader,
  /// Its whole process group: it and its children.
  group,
};

/// The ladder by which a worker is stopped; each step has its deadline.
///
/// 1. It is asked on the control socket, if it runs reeve's runtime and has said hello: `ask_grace`.
/// 2. `signal`, then SIGCONT so that a stopped worker hears it: `signal_grace`.
/// 3. SIGKILL to its whole group.
///
/// A grace of zero leaves its step out. A class worker has half of the longer one for its `start` to end, and
/// as much for its `stop`.
struct stop_policy {
  /// How long a worker that was asked has to end: zero to a year.
  std::chrono::steady_clock::duration ask_grace = std::chrono::seconds{10};
  /// The signal that tells it to end: 1 to SIGRTMAX.
  int signal = SIGTERM;
  /// How long it has to end after the signal: zero to a year.
  std::chrono::steady_clock::duration signal_grace = std::chrono::seconds{5};
  /// Whom the signal is sent to.
  signal_scope scope = signal_scope::leader;
};

/// How one stop operation goes about it.
struct stop_options {
  /// false: SIGKILL at once, without asking.
  bool graceful = true;
};

}  // namespace reeve
