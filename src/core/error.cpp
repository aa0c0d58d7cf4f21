// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/error.hpp"

#include <string>

namespace reeve {
namespace {

char const* describe(error e) noexcept {
  switch (e) {
    case error::invalid_argument: return "an argument is wrong: the diagnostics name the field";
    case error::already_started: return "this name is in use: stop it first, or choose another";
    case error::not_found: return "no worker or group has this name or index";
    case error::stale_generation: return "this incarnation has ended: use generation 0 for the current one";
    case error::exited_before_ready: return "the worker ended before it was ready";
    case error::start_timeout: return "the worker was not ready in time";
    case error::stopped: return "the worker was stopped before it was ready";
    case error::restart_limit: return "the restart budget is spent: start it again by command";
    case error::heartbeat_lost: return "the worker's heartbeat was missed";
    case error::heartbeat_never_started: return "the worker never beat: let it call worker::beat()";
    case error::health_check_failed: return "the worker's health check failed";
    case error::protocol_violation: return "the worker wrote nonsense to what it shares with its supervisor";
    case error::unknown_worker_type:
      return "the program has no worker of this type: register it with REEVE_WORKER";
    case error::not_supervised: return "the worker is not run by a supervisor";
    case error::too_many_counters: return "all counters and flags of the worker page are taken";
    case error::end_of_stream: return "the stream has ended: its supervisor was destroyed";
    case error::source_unavailable: return "the message engine cannot be reached, or refuses";
  }
  return "unknown error";
}

class category final : public boost::system::error_category {
 public:
  char const* name() const noexcept override { return "reeve"; }
  std::string message(int value) const override { return describe(static_cast<error>(value)); }
  char const* message(int value, char*, std::size_t) const noexcept override {
    return describe(static_cast<error>(value));
  }
};

}  // namespace

boost::system::error_category const& error_category() noexcept {
  static category const instance;
  return instance;
}

}  // namespace reeve
