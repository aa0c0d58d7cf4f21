// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "nats/nats_handle.hpp"
#include "nats/nats_names.hpp"
#include "reeve/task_message.hpp"

#include <string>
#include <string_view>

// Between libnats' messages and ours.

namespace reeve::detail {

/// A task that was delivered; its number is not set. One that cannot be read has no name.
task_message to_task(natsMsg* message, nats_names const& names);

/// The value of a header; empty where there is none.
std::string_view header_of(natsMsg* message, char const* name);

std::string_view subject_of(natsMsg* message);
std::string_view reply_of(natsMsg* message);
std::string_view body_of(natsMsg* message);

/// A message to be published. Throws a `nats_failure`.
nats_ptr<natsMsg> make_message(char const* subject, char const* reply, std::string_view body);
void set_header(natsMsg* message, char const* name, char const* value);

/// Gives a dead letter the headers of the task, but for those that mean something to the server.
/// Of the text of its headers.
std::size_t headers_size(natsMsg* message);
void copy_headers(natsMsg* from, natsMsg* to);

/// The name of a new inbox.
std::string new_inbox();

/// Has the message of that delivery delivered again at once. Errors are left to its lease.
void hand_back(natsConnection* connection, natsMsg* message) noexcept;

}  // namespace reeve::detail
