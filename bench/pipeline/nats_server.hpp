// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace reeve::bench {

/// A nats-server with JetStream of our own, on a free port of the loopback, which keeps its streams in a temporary
/// folder. Both are gone at its end.
class nats_server {
 public:
  /// Throws where it is not installed or does not answer.
  nats_server();
  nats_server(nats_server const&) = delete;
  nats_server& operator=(nats_server const&) = delete;
  ~nats_server();

  std::string const& url() const noexcept { return url_; }

 private:
  std::string folder_;
  std::string url_;
  pid_t pid_ = 0;
};

}  // namespace reeve::bench
