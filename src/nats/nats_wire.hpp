// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "reeve/task_message.hpp"
#include "reeve/task_outcome.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What goes over the wire, without libnats.

namespace reeve::detail {

/// What the reply subject of a delivery says.
struct delivery_reply {
  std::string_view stream;
  std::uint64_t sequence = 0;
  /// How often it was delivered.
  std::uint64_t delivered = 0;
};

/// Reads "$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>....", or the longer form with a domain and an
/// account.
std::optional<delivery_reply> parse_delivery_reply(std::string_view subject);

/// What a stream says to a message.
struct publish_reply {
  bool stored = false;
  /// Why it was not.
  std::string error{};
};

publish_reply parse_publish_reply(std::string_view body);

/// The body of a request for tasks. One-shot: it ends with the first tasks, however few, or after `expires`.
std::string pull_request(std::size_t most, std::chrono::nanoseconds expires, bool one_shot);

/// The task's name: what follows the prefix; empty where the subject is another.
std::string_view task_name(std::string_view subject, std::string_view prefix);

/// Whether it can be the name of a task: one or more tokens of a subject.
bool is_task_name(std::string_view name);

/// The longest id of a task.
inline constexpr std::size_t longest_id = 1024;

/// Whether it can be a header's name or value.
bool is_header_name(std::string_view name);
bool is_header_value(std::string_view value);  ///< See `is_header_name`.

/// Whether it means something to the server: such a header does not go on to another stream.
bool is_server_header(std::string_view name);

/// As a header's value: in one line, and not too long.
std::string header_text(std::string_view text);

/// As the key of a node's entry.
std::string node_key(std::string_view node);

/// Appends the body of a message of the results' stream.
void append_result(std::string& out, task_outcome const& outcome, std::string_view node);

/// What a negative acknowledgement says.
std::string nak_text(std::chrono::nanoseconds delay);

}  // namespace reeve::detail
