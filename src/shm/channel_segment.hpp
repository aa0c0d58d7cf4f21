// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"
#include "shm/task_channel_layout.hpp"

#include <boost/interprocess/mapped_region.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace reeve {

/// What the pool tells the worker in the head of a channel.
struct channel_facts {
  std::uint64_t generation = 0;
  std::uint64_t max_message = 0;
  std::vector<function_name> functions{};
  /// How many coroutines the worker runs at a time.
  std::uint64_t concurrency = 1;
  /// How long it looks for tasks before it sleeps.
  std::chrono::nanoseconds spin{};
};

/// Makes and maps the memory of a new channel. More than 16 MiB of functions are EMSGSIZE.
unique_fd make_channel_segment(channel_facts const& facts, boost::interprocess::mapped_region& region,
                               error_code& ec);

/// Maps the memory of a channel in the worker. What is no channel of this version is EPROTO.
boost::interprocess::mapped_region map_channel_segment(int fd, channel_facts& facts, error_code& ec);

}  // namespace reeve
