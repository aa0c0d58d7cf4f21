// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace reeve::bench {

/// The pools of Python that we are measured beside.
inline constexpr std::array<std::string_view, 3> peer_libraries{"multiprocessing", "concurrent.futures",
                                                                "billiard"};

/// What a peer measured.
struct peer_answer {
  double seconds = 0;
  std::string how;
};

/// A Python process that measures those pools when it is asked to, and waits meanwhile.
class peers {
 public:
  peers();
  peers(peers const&) = delete;
  peers& operator=(peers const&) = delete;
  ~peers();

  /// Lets `library` do "round_trip", "submit", "submit_each", "map" or "echo" (see pool_peers.py). Nothing where the
  /// library or Python is not installed, or does not get it done: it says so.
  std::optional<peer_answer> ask(std::string_view library, std::string_view what);

 private:
  pid_t pid_ = 0;
  std::FILE* questions_ = nullptr;
  std::FILE* answers_ = nullptr;
};

}  // namespace reeve::bench
