// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include <reeve/worker_id.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace reeve {

/// One line that a worker printed. Bytes as they came, without the line's end: they may be binary.
struct output_line {
  /// Who printed it.
  worker_id worker;
  /// stdout or stderr.
  enum class stream_type { out, err } stream = stream_type::out;  ///< Which of the two it came from.
  /// Its bytes, without the newline.
  std::string text;
  /// false when the line was cut at `output_policy::max_line_bytes`, or ended without a newline.
  bool complete = true;
};

/// A file that is renamed to `path.1`, `path.2`, ... when it has grown to its size.
struct rotating_file {
  /// "{name}" and "{index}" in it are replaced by the worker's. Not empty, and without NUL.
  std::filesystem::path path;
  /// The size that a line must not take it past; at least 1. A line is split only where it is longer than
  /// that, or came in parts.
  std::uint64_t max_bytes = 10 * 1024 * 1024;
  /// How many old files are kept beside the current one; 0: none, the file begins anew.
  unsigned keep = 5;
};

/// What becomes of the output that is captured: that of the streams that are `stdio_target::pipe()`. A start
/// refuses a policy with a sink (`to_log`, `to_file`, `on_line`) where no stream is one.
///
/// Nothing here waits: what a sink cannot take in time is dropped and counted in
/// `worker_status::output_dropped`.
struct output_policy {
  /// So many of the last lines go into the exit record.
  std::size_t last_lines = 20;
  /// A longer line is cut into pieces of this size; at least 1. The file gets it whole.
  std::size_t max_line_bytes = 4096;
  /// Each line to Boost.Log, as `log_level::info`.
  bool to_log = false;
  /// Each byte to a file, written on a thread of its own. The last bytes may reach it after the `exited`
  /// event; the end of the program waits for them, up to a second.
  std::optional<rotating_file> to_file{};
  /// Each line to a function: on the supervisor's executor, one call at a time, in order. What it throws
  /// leaves `io_context::run`, as with any handler.
  std::function<void(output_line const&)> on_line{};
  /// So many lines of one worker may wait for `on_line`; at least 1.
  std::size_t max_waiting_lines = 4096;
  /// So many bytes of one worker may wait for its file; at least 1.
  std::size_t max_waiting_bytes = 1024 * 1024;
};

}  // namespace reeve
