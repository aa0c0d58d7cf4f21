// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <array>

// What a worker receives from its supervisor: the two sides meet in these names and nowhere else.

namespace reeve::handshake {

/// Set for every worker: the name of its spec, its index and its generation.
inline constexpr char const* name = "REEVE_NAME";
inline constexpr char const* index = "REEVE_INDEX";
inline constexpr char const* generation = "REEVE_GENERATION";

/// The number of the descriptor of the worker page, where the worker has one.
inline constexpr char const* page_fd = "REEVE_PAGE_FD";

/// Only for workers of our runtime: the registered type to run, the descriptor of the control socket, and
/// the period of the automatic beat in milliseconds (absent or 0: no automatic beat).
inline constexpr char const* worker_type = "REEVE_WORKER_TYPE";
inline constexpr char const* control_fd = "REEVE_CONTROL_FD";
inline constexpr char const* beat_period_ms = "REEVE_BEAT_MS";

/// How long the runtime gives `start` to end once it was cancelled, and `stop` to clean up, in milliseconds
/// (absent: 5000).
inline constexpr char const* stop_grace_ms = "REEVE_STOP_GRACE_MS";

/// "1": the worker lives on when its supervisor dies (absent or 0: it ends with it).
inline constexpr char const* live_on = "REEVE_LIVE_ON";

/// All of them: what the runtime takes out of its environment.
inline constexpr std::array variables{name,       index,          generation,    page_fd, worker_type,
                                      control_fd, beat_period_ms, stop_grace_ms, live_on};

}  // namespace reeve::handshake
