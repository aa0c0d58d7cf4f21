// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

#include "core/unique_fd.hpp"
#include "reeve/error.hpp"
#include "reeve/output_policy.hpp"
#include "reeve/worker_id.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reeve {

/// A pipe for a worker's output, closed at exec on both ends. Only the supervisor's end is non-blocking: the
/// worker's is as any program expects it.
struct output_pipe {
  unique_fd read_end;
  unique_fd write_end;
};

/// Both ends are empty on failure.
output_pipe make_output_pipe(error_code& ec);

/// What one incarnation's output is captured with.
struct output_capture_params {
  worker_id worker;
  std::shared_ptr<output_policy const> policy;
  /// The read ends; either may be empty.
  unique_fd out;
  unique_fd err;
  /// The supervisor's strand.
  boost::asio::any_io_executor strand;
  /// Where `policy->on_line` is called: a strand.
  boost::asio::any_io_executor callbacks;
  /// `policy->on_line` is not called any more when this has expired.
  std::weak_ptr<void const> owner;
  /// Takes each line where `policy->to_log` is set. On the supervisor's strand; must not block or throw.
  std::function<void(worker_id const&, output_line const&)> log;
  /// The file of `policy->to_file` failed: see `rotating_file_writer`. On the supervisor's strand.
  std::function<void(worker_id const&, std::filesystem::path const&, error_code)> file_failed;
};

/// Reads what one incarnation of a worker prints, and hands it on without ever waiting.
///
/// Each turn reads one stream once, then others have theirs; an idle worker holds no buffer. The order of
/// lines within a stream is kept, that between stdout and stderr nearly. All calls but `dropped`, and the
/// destructor, are made on the supervisor's strand.
class output_capture {
 public:
  /// Starts to read. Throws `boost::system::system_error` where the descriptors can't be watched.
  explicit output_capture(output_capture_params params);
  output_capture(output_capture const&) = delete;
  output_capture& operator=(output_capture const&) = delete;

  /// Unless `finish` was called, lines that still wait for `on_line` are dropped.
  ~output_capture();

  /// The process has exited: takes what is in the pipes (1 MiB of each at most, as a descendant may hold the
  /// other end and go on writing), closes them, and returns the last lines. Does not wait for an end of file.
  /// Lines that wait for `on_line` still come, this object or not: those of a full pipe fit into the default
  /// queue if they have 16 bytes and more. A second call returns nothing.
  std::vector<std::string> finish();

  /// Bytes that a sink could not take in time; a byte that two sinks missed counts twice. From any thread.
  std::uint64_t dropped() const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace reeve
