// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_handle.hpp"
#include "reeve/nats_params.hpp"

#include <chrono>
#include <cstdint>

namespace reeve::detail {

/// As libnats wants it: at least 1.
std::int64_t in_milliseconds(std::chrono::steady_clock::duration d);

/// Who is told of a connection, by a number: it may be gone when libnats calls. On threads of libnats.
struct nats_observer {
  natsConnectionHandler lost;
  natsConnectionHandler back;
  natsConnectionHandler closed;
  void* who;
};

/// Connects. Blocks; throws a `nats_failure`. From then on libnats connects again by itself, for ever.
nats_connection connect_nats(nats_connection_params const& params, nats_observer const& observer);

/// A context for JetStream's requests. Throws a `nats_failure`.
nats_ptr<jsCtx> jetstream(natsConnection* connection, std::chrono::steady_clock::duration timeout);

}  // namespace reeve::detail
