// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_handle.hpp"
#include "nats/nats_names.hpp"
#include "reeve/nats_params.hpp"

namespace reeve::detail {

/// Makes a queue's streams, its consumer and the bucket of its nodes where they are not there, and gives the
/// consumer what the parameters say. Blocks; throws a `nats_failure`. Whether the bucket is there: tasks are
/// run without it, too.
bool set_up_queue(natsConnection* connection, nats_params const& params, nats_names const& names);

}  // namespace reeve::detail
